//! Suppressions, in comments of both languages and in metadata: they hide what they name and nothing else.
#![no_main]

use iaclint_fuzz::judged;
use iaclint_lint::Selection;
use iaclint_source::Memory;
use libfuzzer_sys::fuzz_target;

/// A fault with room for comments, `@`: before it, above it, behind it, after it.
const MODULE: &str = r#"@
resource "aws_db_instance" "db" { engine = "postgres" }
@
resource "aws_ecs_task_definition" "app" {
@
  container_definitions = jsonencode([{
    name        = "app"
    environment = [{ name = "DATABASE_URL", value = "postgres://app#${aws_db_instance.db.endpoint}:5432/app" }] @
  }])
}
@"#;

const TEMPLATE: &str = r#"@
Resources:
@
  Db: {Type: AWS::RDS::DBInstance, Properties: {Engine: postgres}}
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties: @
      ContainerDefinitions:
        - Name: app
          Environment: [{Name: DATABASE_URL, Value: !Sub "postgres://app#${Db.Endpoint.Address}:5432:5432/app"}]
@"#;

/// The rule that finds the fault, and those about comments.
const RULES: [&str; 4] =
    ["endpoint-port-duplicated", "expired-suppression", "invalid-suppression", "unused-suppression"];

fuzz_target!(|input: &[u8]| {
    let Ok(comment) = std::str::from_utf8(input) else { return };
    let files = [("main.tf", MODULE.replace('@', comment)), ("template.yaml", TEMPLATE.replace('@', comment))];
    let Some(parsed) = judged::read(Memory::of(files.iter().map(|(name, text)| (*name, text.as_str())))) else {
        return;
    };
    let only = RULES.map(str::to_owned).into();
    let selection = Selection { only, today: Some("2026-01-01".to_owned()), ..Selection::default() };
    let findings = judged::findings(&parsed, &selection);
    for finding in &findings.suppressed {
        let named = parsed.graph.directives().iter().any(|directive| {
            finding.suppressed.as_ref().is_some_and(|s| s.span == Some(directive.span))
                && directive.rules.iter().any(|(rule, _)| rule == finding.rule || rule == "*")
        });
        assert!(named, "{} is hidden by a comment that does not name it", finding.rule);
    }
    let everything = Selection { show_suppressed: true, ..selection };
    let all = judged::findings(&parsed, &everything);
    assert_eq!(all.shown.len(), findings.shown.len() + findings.suppressed.len(), "something is lost");
});
