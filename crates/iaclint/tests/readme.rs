//! What the README shows is what the program prints.

use std::path::Path;
use std::process::Command;

#[test]
fn the_finding_in_the_readme_is_printed_for_the_fixture() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let readme = std::fs::read_to_string(root.join("README.md")).expect("the README is in the tree");
    let shown =
        readme.split("```text\n").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    let output = Command::new(env!("CARGO_BIN_EXE_iaclint"))
        .args(["check", "--select", "endpoint-port-duplicated", "--color", "never"])
        .current_dir(root.join("fixtures/incidents/onyx/terraform/bad"))
        .output()
        .expect("the program runs");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(shown.starts_with("error[endpoint-port-duplicated]") && printed.contains(shown), "{printed}");
}
