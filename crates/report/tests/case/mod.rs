//! Findings made by hand: several files, a trail, a synthesized template, a minified line, wide characters, CRLF, secrets.

use std::sync::Arc;

use iaclint_lint::{
    Check, Confidence, Finding, Fix, Label, Place, Rule, RuleInfo, Safety, Severity, Subject, Suppressed,
    TrailStep,
};
use iaclint_report::{Report, Summary, UnknownValue};
use iaclint_source::{Edit, Problem, ProblemKind, SourceFile, Sources, Span};

pub struct Case {
    sources: Sources,
    pub findings: Vec<Finding>,
    suppressed: Vec<Finding>,
    problems: Vec<Problem>,
    unknowns: Vec<UnknownValue>,
}

const TENANT: &str = r#"resource "aws_ecs_task_definition" "this" {
  container_definitions = jsonencode([{
    name = "api"
    environment = [
      { name = "DATABASE_URL", value = "postgres://app@${var.db_host}:5432/app" },
      { name = "DB_PASSWORD", value = "hunter2" },
    ]
  }])
}
"#;
const MAIN: &str = r#"module "tenant" {
  source   = "./modules/tenant"
  for_each = toset(["acme", "umbrella", "initech", "hooli", "globex"])
  db_host  = module.postgres.host
}
"#;
const OUTPUTS: &str = "output \"host\" {\n  value = aws_db_instance.main.endpoint\n}\n";
const APP: &str = "export class App extends Stack {\n  constructor() {\n    const service = new FargateService(this, 'Api', {\n    });\n  }\n}\n";
const WIDE: &str = "# Größe\r\nlocals {\r\n  größe = \"🦀 zu klein\"\r\n\ttabbed = 1\r\n}\r\n";
const BROKEN: &str = "resource \"a\" \"b\" {\n  x = \n}\n";

fn check(_: &mut Check<'_, '_>) {}

const fn rule(
    id: &'static str,
    group: &'static str,
    severity: Severity,
    summary: &'static str,
    page: &'static str,
) -> Rule {
    Rule { id, group, info: RuleInfo { severity, confidence: Confidence::High, summary }, page, check }
}

static RULES: [Rule; 2] = [
    rule(
        "endpoint-port-duplicated",
        "ecs",
        Severity::Error,
        "an address that carries its port gets another",
        "# endpoint-port-duplicated\n\n## What it flags\n\nAn address that carries its port\nand gets another.\n\n## What breaks\n\nThe driver cannot parse it.\n",
    ),
    rule(
        "task-too-small",
        "ecs",
        Severity::Warning,
        "containers need more than the task has",
        "# task-too-small\n",
    ),
];

/// The span of the first occurrence of `text`.
fn span(file: &Arc<SourceFile>, text: &str) -> Span {
    let at = file.text.find(text).expect("the text stands in the file");
    Span::new(file.id, at..at + text.len())
}

fn label(span: Span, text: &str) -> Label {
    Label { span, text: text.to_owned() }
}

fn finding(
    rule: &'static str,
    severity: Severity,
    address: &str,
    type_name: &str,
    primary: Label,
    headline: &str,
) -> Finding {
    Finding {
        rule,
        severity,
        confidence: Confidence::High,
        subject: Subject {
            address: address.to_owned(),
            type_name: type_name.to_owned(),
            span: primary.span,
            source: None,
            construct: None,
            stack: ".".into(),
        },
        part: None,
        headline: headline.to_owned(),
        primary,
        labels: Vec::new(),
        related: Vec::new(),
        trail: Vec::new(),
        notes: Vec::new(),
        help: String::new(),
        fix: None,
        instances: Vec::new(),
        environments: Vec::new(),
        identity: String::new(),
        suppressed: None,
        fingerprint: 0x1234_5678_9abc_def0,
    }
}

impl Case {
    pub fn new() -> Self {
        let sources = Sources::new();
        let tenant = sources.add("modules/tenant/main.tf", TENANT.to_owned());
        let main = sources.add("main.tf", MAIN.to_owned());
        let outputs = sources.add("modules/postgres/outputs.tf", OUTPUTS.to_owned());
        let app = sources.add("lib/app stack.ts", APP.to_owned());
        let wide = sources.add("größe.tf", WIDE.to_owned());
        let broken = sources.add("broken.tf", BROKEN.to_owned());
        let minified = format!(
            "{{\"Resources\":{{{}\"Cache\":{{\"Type\":\"AWS::ElastiCache::ReplicationGroup\",\"Properties\":{{\"AuthToken\":\"hunter2\",\"Port\":6380}}}},{}\"End\":{{}}}}}}",
            "\"Filler\":{\"Type\":\"AWS::SNS::Topic\"},".repeat(20),
            "\"Other\":{\"Type\":\"AWS::SNS::Topic\"},".repeat(20),
        );
        let minified = sources.add("cdk.out/Min.template.json", minified);
        let template = sources.add(
            "cdk.out/App.template.json",
            "{\n \"Resources\": {\n  \"ApiService\": {\n   \"Type\": \"AWS::ECS::Service\",\n   \"DesiredCount\": 0\n  }\n }\n}\n".to_owned(),
        );

        let mut several = finding(
            "endpoint-port-duplicated",
            Severity::Error,
            "module.tenant[\"acme\"].aws_ecs_task_definition.this",
            "aws_ecs_task_definition",
            label(
                span(&tenant, "${var.db_host}"),
                "this is aws_db_instance.main.endpoint, which ends in its port",
            ),
            "DATABASE_URL carries the port twice",
        );
        several.part = Some("container api".to_owned());
        several.labels = vec![
            label(span(&tenant, ":5432"), "and the port is added again here"),
            label(span(&tenant, "value = \"hunter2\""), "beside it"),
            label(span(&outputs, "aws_db_instance.main.endpoint"), "endpoint is host:port"),
        ];
        several.related = vec![Place {
            address: "module.postgres.aws_db_instance.main".to_owned(),
            span: span(&outputs, "output \"host\""),
            text: "the database".to_owned(),
        }];
        several.trail = vec![
            TrailStep { span: span(&main, "module.postgres.host"), text: "passed as db_host".to_owned() },
            TrailStep {
                span: span(&outputs, "aws_db_instance.main.endpoint"),
                text: "output host".to_owned(),
            },
        ];
        several.notes = vec!["the driver is given postgres://app:hunter2@host:5432:5432/app".to_owned()];
        several.help = String::from("return `aws_db_instance.main.address` in modules/postgres/outputs.tf:2");
        several.fix = Some(Fix {
            title: "take `:5432` away".to_owned(),
            safety: Safety::Safe,
            edits: vec![Edit::new(span(&tenant, ":5432"), "")],
            additions: Vec::new(),
        });
        several.instances = ["globex", "hooli", "initech", "umbrella"]
            .iter()
            .map(|t| format!("module.tenant[\"{t}\"].aws_ecs_task_definition.this"))
            .collect();

        let mut synthesized = finding(
            "service-without-tasks",
            Severity::Error,
            "App/ApiService",
            "AWS::ECS::Service",
            label(span(&template, "\"DesiredCount\": 0"), "no task is asked for"),
            "the service runs no task",
        );
        synthesized.subject.source = Some(span(&app, "new FargateService(this, 'Api', {\n    })"));
        synthesized.subject.construct = Some("App/Api/Service".to_owned());
        synthesized.labels = vec![label(span(&template, "\"Type\": \"AWS::ECS::Service\""), "the service")];

        let mut long = finding(
            "port-differs",
            Severity::Error,
            "Min/Cache",
            "AWS::ElastiCache::ReplicationGroup",
            label(span(&minified, "6380"), "the cache listens here"),
            "the cache listens on another port than its clients open",
        );
        long.labels = vec![
            label(span(&minified, "\"AuthToken\":\"hunter2\""), "with a token"),
            label(span(&minified, "\"End\""), "far away"),
        ];

        let wide_one = finding(
            "task-too-small",
            Severity::Warning,
            "local.größe\u{1b}[31m\u{202e}",
            "local",
            label(span(&wide, "zu klein"), "Müll\u{1b}[0m hier"),
            "die Größe passt nicht\u{7}",
        );
        let tab = finding(
            "task-too-small",
            Severity::Error,
            "local.tabbed",
            "local",
            label(span(&wide, "tabbed = 1\r\n}"), ""),
            "a label of several lines with a tab before it",
        );

        let syntax = Problem::at(
            ProblemKind::Unreadable,
            span(&broken, "= \n"),
            "cannot read broken.tf: expected an expression",
        );
        let lost = |of: &str| {
            Problem::at(
                ProblemKind::Invalid,
                span(&main, of),
                "the resource \"aws_instance.x\" is not declared in this module",
            )
        };
        let mut in_source = finding(
            "task-too-small",
            Severity::Warning,
            "aws_ecs_task_definition.tiny",
            "aws_ecs_task_definition",
            label(span(&main, "for_each"), ""),
            "the task is too small",
        );
        in_source.suppressed = Some(Suppressed {
            span: Some(span(&main, "source   =")),
            reason: "it only sleeps; password=hunter2".to_owned(),
        });
        let mut in_baseline = in_source.clone();
        in_baseline.subject.address = String::from("aws_ecs_task_definition.old");
        in_baseline.suppressed = Some(Suppressed { span: None, reason: "iaclint-baseline.json".to_owned() });

        let problems = vec![
            lost("for_each"),
            lost("source"),
            lost("db_host"),
            Problem::new(ProblemKind::NotEvaluated, "module.vpc is not here: registry/vpc/aws")
                .in_file("main.tf"),
            syntax.clone(),
            syntax,
            Problem::new(ProblemKind::Invalid, "module.lost has no directory ./lost")
                .in_file("other.tf")
                .with_help("run `git submodule update`"),
            Problem::new(
                ProblemKind::Limit,
                "cannot read big.json: has 40 MiB, more than the 32 MiB that are read",
            )
            .in_file("big.json"),
        ];
        let unknowns = vec![
            UnknownValue {
                address: "aws_ecs_service.api".to_owned(),
                attribute: "desired_count".to_owned(),
                why: "var.replicas has no value".to_owned(),
                span: Some(span(&main, "for_each")),
            },
            UnknownValue {
                address: "aws_db_instance.main".to_owned(),
                attribute: "name".to_owned(),
                why: "it depends on itself".to_owned(),
                span: None,
            },
        ];
        Case {
            sources,
            findings: vec![several, synthesized, long, wide_one, tab],
            suppressed: vec![in_source, in_baseline],
            problems,
            unknowns,
        }
    }

    pub fn report(&self) -> Report<'_> {
        Report {
            findings: &self.findings,
            problems: &self.problems,
            rules: &RULES,
            sources: &self.sources,
            root: None,
            unknowns: &self.unknowns,
            suppressed: &self.suppressed,
            remarks: &[],
            summary: Summary {
                resources: 214,
                roots: 3,
                hidden_warnings: 0,
                hidden_advice: 4,
                elapsed: None,
            },
        }
    }
}
