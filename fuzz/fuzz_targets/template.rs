//! The loader of templates, in JSON and in YAML, with the files that they name.
#![no_main]

use std::path::Path;

use iaclint_cloudformation::{is_template, load_template, nested_templates};
use iaclint_fuzz::{files, project, sound};
use iaclint_value::RootId;
use libfuzzer_sys::fuzz_target;

const NAME: &str = "/template.yaml";

fuzz_target!(|input: &[u8]| {
    let project = project(files(input, NAME));
    let file = Path::new(NAME);
    if let Ok(file) = project.read_text(file) {
        is_template(&file.text);
    }
    nested_templates(&project, file);
    sound::graph(load_template(&project, file, &[], RootId(0)), project.sources());
});
