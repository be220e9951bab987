//! `iaclint`: says before the deployment why the application would not come up.

use std::process::ExitCode;

/// Evaluation makes and drops millions of small values on several threads; the system's allocator spends a third of a run on them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    iaclint_cli::main()
}
