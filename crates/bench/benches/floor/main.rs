//! `cargo bench -p iaclint-bench --bench floor`: what the parser of the language alone takes, and what it takes us from the files to the
//! resources: both on one core, over the checkouts. Each measurement is a process of its own, as a run of the program is, and the two
//! take turns, so that both meet the machine as it is.
#![expect(clippy::print_stdout, reason = "it says what it measured")]

#[path = "../run/pipeline.rs"]
#[expect(dead_code, reason = "the other stages are measured elsewhere")]
mod pipeline;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use iaclint_terraform::STACK_BYTES;
use rayon::ThreadPoolBuilder;

use crate::pipeline::{Tree, checkouts};

/// As the program itself has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What a process measures, by a variable of its environment.
const SUBJECT: &str = "IACLINT_FLOOR";
/// How often both are measured.
const ROUNDS: usize = 9;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    match (std::env::var(SUBJECT), arguments.as_slice()) {
        (Ok(subject), [checkout]) => measure(&subject, Path::new(checkout)),
        (_, wanted) => compare(wanted),
    }
}

/// Sets both beside each other for every checkout whose path holds one of the texts.
fn compare(wanted: &[String]) {
    let is_wanted =
        |checkout: &String| wanted.is_empty() || wanted.iter().any(|w| checkout.contains(w.as_str()));
    let checkouts: Vec<String> = checkouts().into_iter().filter(is_wanted).collect();
    if checkouts.is_empty() {
        println!("no checkouts are measured: IACLINT_CHECKOUTS names a directory of them");
        return;
    }
    println!("{:>12} {:>18} {:>7}  checkout", "hcl_edit", "load and evaluate", "times");
    for checkout in checkouts {
        let (mut floor, mut ours) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            floor.extend(in_a_process("hcl_edit", &checkout));
            ours.extend(in_a_process("load_and_evaluate", &checkout));
        }
        let (Some(floor), Some(ours)) = (middle(floor), middle(ours)) else {
            println!("{:>12} {:>18} {:>7}  {checkout}", "failed", "failed", "");
            continue;
        };
        let times = ours.as_secs_f64() / floor.as_secs_f64();
        println!(
            "{:>9.1} ms {:>15.1} ms {times:>7.2}  {checkout}",
            floor.as_secs_f64() * 1e3,
            ours.as_secs_f64() * 1e3
        );
    }
}

fn in_a_process(subject: &str, checkout: &str) -> Option<Duration> {
    let output =
        Command::new(std::env::current_exe().ok()?).arg(checkout).env(SUBJECT, subject).output().ok()?;
    let nanoseconds = String::from_utf8(output.stdout).ok()?.trim().parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

fn middle(mut all: Vec<Duration>) -> Option<Duration> {
    all.sort();
    all.get(all.len() / 2).copied()
}

/// Measures on a thread with room for nested roots, which is all that there is for what would run in parallel. Which files there are is
/// known before.
fn measure(subject: &str, checkout: &Path) {
    let tree = Tree::on_disk(checkout);
    let run = || {
        let start = Instant::now();
        if subject == "hcl_edit" {
            std::hint::black_box(parse_alone(&tree));
        } else {
            std::mem::forget(tree.load_and_evaluate(tree.project()));
        }
        println!("{}", start.elapsed().as_nanos());
    };
    std::thread::scope(|scope| {
        let in_pool = || {
            let pool = ThreadPoolBuilder::new().num_threads(1).use_current_thread().build();
            pool.expect("this thread is in no other pool").install(run);
        };
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, in_pool);
        thread.expect("a thread can be made");
    });
}

/// Reads each Terraform file, parses it with `hcl_edit`, and forgets it.
fn parse_alone(tree: &Tree) -> usize {
    let texts = tree.terraform_files().filter_map(|file| std::fs::read_to_string(file).ok());
    texts.filter(|text| hcl_edit::parser::parse_body(text).is_ok()).count()
}
