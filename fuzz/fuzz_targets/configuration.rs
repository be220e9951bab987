//! The configuration file.
#![no_main]

use std::path::Path;

use iaclint_source::Memory;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let mut files = Memory::of([
        ("/project/main.tf", ""),
        ("/project/template.yaml", ""),
        ("/project/environments/prod.tfvars", ""),
        ("/project/environments/dev/terraform.tfvars", ""),
    ]);
    files.insert("/project/iaclint.toml", input);
    let fault = iaclint_cli::configuration_fault(&files, Path::new("/project/iaclint.toml"));
    assert!(fault.is_none_or(|words| words.starts_with("error: ") && !words.contains('\u{1b}')));
});
