//! Plain values are read as hcl-rs reads them: a second reader that nobody here wrote.

use iaclint_source::Project;
use iaclint_terraform::{Loader, oracle};

const LITERALS: &str = r#"
text    = "a \"quoted\" word, a tab\t and é"
heredoc = <<-EOT
  first line
    indented
EOT
whole   = 42
decimal = 1.5
yes     = true
nothing = null
list    = [1, "two", [true, null]]
object  = { name = "x", "quoted key" = { inner = [] } }
"#;

#[test]
fn literals_are_read_as_hcl_rs_reads_them() {
    let theirs: serde_json::Value = hcl::from_str(LITERALS).expect("hcl-rs reads it");
    let locals = format!("locals {{\n{LITERALS}}}\n");
    let project = Project::in_memory([("/main.tf", locals.as_str())]);
    let loader = Loader::new(&project);
    for (name, expected) in theirs.as_object().expect("an object") {
        let answer = oracle::answer(&loader, project.root(), &format!("local.{name}"));
        let answer: serde_json::Value = serde_json::from_str(&answer).expect("an answer is JSON");
        let ours: serde_json::Value =
            serde_json::from_str(answer["json"].as_str().expect("a known value")).expect("its JSON");
        assert_eq!(&ours, expected, "{name}");
    }
}
