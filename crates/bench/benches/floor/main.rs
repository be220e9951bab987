//! `cargo bench -p iaclint-bench --bench floor`: what the parser of the language alone takes, and what it takes us from the files to the
//! resources: both on one core, over the checkouts.

#[path = "../run/pipeline.rs"]
#[expect(dead_code, reason = "the other stages are measured elsewhere")]
mod pipeline;

use std::path::Path;
use std::sync::OnceLock;

use divan::Bencher;
use iaclint_terraform::STACK_BYTES;
use rayon::ThreadPoolBuilder;

use crate::pipeline::{Tree, checkouts};

/// As the program itself has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// All on a thread with room for nested roots, which is all that there is for what would run in parallel: what is made and what is dropped
/// between two samples goes through one heap.
fn main() {
    let run = || {
        let pool = ThreadPoolBuilder::new().num_threads(1).use_current_thread().build();
        pool.expect("this thread is in no other pool").install(divan::main);
    };
    let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn(run);
    thread.expect("a thread can be made").join().expect("nothing panics");
}

fn names() -> impl Iterator<Item = &'static str> {
    static NAMES: OnceLock<Vec<String>> = OnceLock::new();
    NAMES.get_or_init(checkouts).iter().map(String::as_str)
}

/// Reads each Terraform file, parses it with `hcl_edit`, and forgets it.
#[divan::bench(args = names(), sample_count = 7, sample_size = 1)]
fn hcl_edit(bencher: Bencher<'_, '_>, name: &str) {
    let tree = Tree::on_disk(Path::new(name));
    bencher.bench_local(|| {
        let texts = tree.terraform_files().filter_map(|file| std::fs::read_to_string(file).ok());
        texts.filter(|text| hcl_edit::parser::parse_body(text).is_ok()).count()
    });
}

/// Loads and evaluates all roots.
#[divan::bench(args = names(), sample_count = 7, sample_size = 1)]
fn load_and_evaluate(bencher: Bencher<'_, '_>, name: &str) {
    let tree = Tree::on_disk(Path::new(name));
    bencher.with_inputs(|| tree.project()).bench_local_values(|project| tree.load_and_evaluate(project));
}
