//! Shell scripts, Dockerfiles and cloud-init data with holes in them.
#![no_main]

use iaclint_fuzz::questions::ask_everything;
use iaclint_fuzz::texts::placed;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| {
    let text = String::from_utf8_lossy(input);
    ask_everything(&placed(&text));
});
