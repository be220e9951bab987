//! `cargo bench -p iaclint-bench`: where the time goes, and how it grows.

mod growth;
#[expect(dead_code, reason = "what the floor is set beside is measured there")]
mod pipeline;
mod stages;

/// As the program itself has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    if std::env::var_os("IACLINT_CHECKOUTS").is_none() {
        eprintln!("checkouts are skipped: IACLINT_CHECKOUTS names no directory of them");
    }
    divan::main();
}
