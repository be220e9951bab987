//! The loader of cloud assemblies: manifest, templates, metadata, assets, source maps.
#![no_main]

use std::path::Path;

use iaclint_cloudformation::{is_assembly, load_assembly};
use iaclint_fuzz::{files, project, sound};
use iaclint_value::RootId;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let project = project(files(input, "/cdk.out/manifest.json"));
    let directory = Path::new("/cdk.out");
    is_assembly(&project, directory);
    sound::graph(load_assembly(&project, directory, RootId(0)), project.sources());
});
