//! The Terraform loader: a directory with its modules, templates and variable files.
#![no_main]

use std::path::Path;

use iaclint_fuzz::{files, project, sound};
use iaclint_terraform::{Inputs, Loader};
use iaclint_value::RootId;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let project = project(files(input, "main.tf"));
    let loader = Loader::new(&project);
    loader.summary(Path::new("/"));
    sound::graph(loader.load(Path::new("/"), RootId(0), &Inputs::default()), project.sources());
});
