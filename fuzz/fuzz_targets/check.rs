//! A whole run over files in memory: every rule and every format.
#![no_main]

use iaclint_fuzz::{files, judged};
use iaclint_lint::Selection;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    if let Some(parsed) = judged::read(files(input, "main.tf")) {
        let findings = judged::findings(&parsed, &Selection::default());
        judged::printed(&parsed, &findings);
    }
});
