//! Evaluation: an expression of the language's grammar in a module with one of everything, as it is answered and as a resource uses it.
#![no_main]

use std::path::Path;

use iaclint_fuzz::grammar::{FIXTURE, expression, using};
use iaclint_fuzz::{project, sound};
use iaclint_source::Memory;
use iaclint_terraform::{Inputs, Loader, oracle};
use iaclint_value::RootId;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    // A written expression is an input as well: seeds and the dictionary are.
    let expression = match std::str::from_utf8(input) {
        Ok(text) if text.starts_with("= ") => text[2..].to_owned(),
        _ => expression(input),
    };
    let module = project(Memory::of(FIXTURE));
    let loader = Loader::new(&module);
    let answer = oracle::answer(&loader, Path::new("/"), &expression);
    serde_json::from_str::<serde_json::Value>(&answer).expect("an answer is JSON");
    let uses = using(&expression);
    let module = project(Memory::of(FIXTURE.into_iter().chain([("uses.tf", uses.as_str())])));
    let fragment = Loader::new(&module).load(Path::new("/"), RootId(0), &Inputs::default());
    sound::graph(fragment, module.sources());
});
