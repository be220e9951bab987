//! What docs/security.md promises: no output shows a secret or steers a terminal, and nothing outside the project root is read or written.
#![cfg(unix)]

#[path = "support/scratch.rs"]
mod scratch;

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};

use scratch::Scratch;

const SECRET: &str = "hunter2hunter2";

/// A database and a client that is given its port twice. `@` stands for an escape sequence as the language writes it.
const TERRAFORM: &str = r#"
variable "open@" {}
resource "aws_db_instance" "db" {
  for_each       = toset(["a@b"])
  engine         = "postgres"
  instance_class = "db.t3.micro"
  username       = "app"
  password       = "hunter2hunter2"
}
resource "aws_ecs_task_definition" "app" {
  family                   = "app@"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  container_definitions = jsonencode([{
    name  = "app@"
    image = "app:@"
    environment = [
      { name = "URL@", value = "postgres://app:hunter2hunter2@${aws_db_instance.db["a@b"].endpoint}:5432/app" },
      { name = "DATABASE_URL", value = "postgres://app:hunter2hunter2@${aws_db_instance.db["a@b"].endpoint}:5432/app" },
      { name = "DB_PASSWORD", value = "hunter2hunter2" },
      { name = "CERTIFICATE", value = file("@.pem") },
    ]
  }])
}
"#;

/// The same as a template; the escape sequences stand in it as they are.
const TEMPLATE: &str = r#"Resources:
  "Db@":
    Type: AWS::RDS::DBInstance
    Properties: {Engine: postgres, DBInstanceClass: db.t3.micro, MasterUsername: app, MasterUserPassword: hunter2hunter2}
  "Task@":
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions:
        - Name: "app@"
          Image: "app:@"
          Environment:
            - Name: DATABASE_URL
              Value: !Sub "postgres://app:hunter2hunter2@${Db@.Endpoint.Address}:5432:5432/app"
            - {Name: DB_PASSWORD, Value: hunter2hunter2}
            - {Name: "@", Value: !GetAtt "Gone@.Arn"}
"#;

/// What none may print: escape sequences, a bell, the C1 form of an escape sequence, a mark that turns the direction of a line.
const STEERING: [char; 4] = ['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}'];

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("scratch files can be made and read"))
        .expect("scratch files can be made and read");
    std::fs::write(path, text).expect("scratch files can be made and read");
}

fn iaclint(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_iaclint"))
        .args(arguments)
        .args(["--color", "never"])
        .current_dir(directory)
        .output()
        .expect("scratch files can be made and read")
}

fn words(output: &Output) -> String {
    String::from_utf8([output.stdout.clone(), output.stderr.clone()].concat())
        .expect("scratch files can be made and read")
}

fn assert_harmless(text: &str, what: &str) {
    assert!(!text.contains(SECRET), "{what} shows a secret:\n{text}");
    for sign in STEERING {
        let written = format!("\\u{:04x}", u32::from(sign));
        assert!(!text.contains(sign), "{what} holds {}:\n{text:?}", sign.escape_unicode());
        // Programs that read JSON print what it stands for.
        let json: Result<serde_json::Value, _> = serde_json::from_str(text);
        let decodes = json.is_ok() && text.replace("\\\\", "").contains(&written);
        assert!(!decodes, "{what} holds {written}:\n{text}");
    }
}

/// A project whose file, resources, keys, containers and settings are named with what steers terminals.
fn project(name: &str) -> Scratch {
    let scratch = Scratch::new(name);
    let signs: String = STEERING.iter().collect::<String>() + "[2J";
    let quoted: String =
        STEERING.iter().map(|s| format!("\\u{:04x}", u32::from(*s))).collect::<Vec<_>>().concat() + "[2J";
    let marked = |text: &str, signs: &str| {
        text.replace("hunter2@", "hunter2\0").replace('@', signs).replace('\0', "@")
    };
    write(&scratch.0.join(format!("tf{signs}/main.tf")), &marked(TERRAFORM, &quoted));
    write(&scratch.0.join(format!("template{signs}.yaml")), &marked(TEMPLATE, &quoted));
    scratch
}

#[test]
fn no_command_shows_a_secret_or_steers_a_terminal() {
    let project = project("steering");
    for format in ["human", "concise", "json", "sarif", "github", "gitlab", "junit", "markdown"] {
        let output =
            iaclint(&project.0, &["check", "--level", "advice", "--show-unknown", "--format", format]);
        assert_eq!(output.status.code(), Some(1), "{}", words(&output));
        assert!(words(&output).contains("DATABASE"), "{format}");
        assert_harmless(&words(&output), format);
        assert_harmless(
            &String::from_utf8(output.stdout).expect("scratch files can be made and read"),
            format,
        );
    }
    let others: [&[&str]; 12] = [
        &["check", "--list-roots"],
        &["check", "--diff", "--unsafe-fixes"],
        &["check", "no\u{1b}[2J"],
        &["check", "--baseline", "no\u{1b}[2J"],
        &["path"],
        &["path", "--format", "json"],
        &["path", "aws_ecs_task_definition.app", "db"],
        &["graph", "--format", "dot"],
        &["graph", "--format", "mermaid"],
        &["graph", "--format", "json"],
        &["graph", "--format", "html"],
        &["explain", "--error", "could not translate host name \"db:5432\" to address"],
    ];
    for arguments in others {
        let output = iaclint(&project.0, arguments);
        assert!(!words(&output).is_empty(), "{arguments:?}");
        assert_harmless(&words(&output), &arguments.join(" "));
        assert_harmless(
            &String::from_utf8(output.stdout).expect("scratch files can be made and read"),
            &arguments.join(" "),
        );
    }
    let written = iaclint(&project.0, &["baseline", "--output", "baseline.json"]);
    assert_harmless(&words(&written), "baseline");
    assert_harmless(
        &std::fs::read_to_string(project.0.join("baseline.json"))
            .expect("scratch files can be made and read"),
        "the baseline",
    );
    let fixed = iaclint(&project.0, &["check", "--fix", "--unsafe-fixes"]);
    assert!(words(&fixed).contains("fixed"), "{}", words(&fixed));
    assert_harmless(&words(&fixed), "--fix");
}

#[test]
fn files_that_arguments_name_lie_inside_the_project_root() {
    let scratch = Scratch::new("outside");
    write(&scratch.0.join("values"), SECRET);
    write(&scratch.0.join("root/main.tf"), "variable \"v\" {}\n");
    write(&scratch.0.join("root/t.yaml"), "Resources:\n  T: {Type: AWS::SNS::Topic}\n");
    symlink("../values", scratch.0.join("root/link")).expect("scratch files can be made and read");
    for option in ["--plan", "--parameters", "--var-file"] {
        for file in ["../values", "link"] {
            let output = iaclint(&scratch.0.join("root"), &["check", "--project-root", ".", option, file]);
            assert_eq!(output.status.code(), Some(2), "{option} {file}: {}", words(&output));
            assert!(words(&output).contains("outside"), "{option} {file}: {}", words(&output));
            assert_harmless(&words(&output), option);
        }
    }
}

#[test]
fn a_configuration_file_that_leads_out_of_the_project_or_is_no_file_is_not_read() {
    let scratch = Scratch::new("configured");
    write(&scratch.0.join("outside"), SECRET);
    write(&scratch.0.join("root/main.tf"), "resource \"aws_sns_topic\" \"t\" {}\n");
    let root = scratch.0.join("root");
    symlink("../outside", root.join("iaclint.toml")).expect("scratch files can be made and read");
    let output = iaclint(&root, &["check", "--project-root", "."]);
    assert_eq!(
        (output.status.code(), words(&output).contains(SECRET)),
        (Some(0), false),
        "{}",
        words(&output)
    );
    std::fs::remove_file(root.join("iaclint.toml")).expect("scratch files can be made and read");
    assert!(
        Command::new("mkfifo")
            .arg(root.join("iaclint.toml"))
            .status()
            .expect("scratch files can be made and read")
            .success()
    );
    let output = iaclint(&root, &["check", "--project-root", "."]);
    assert!(words(&output).contains("iaclint.toml: it is not a regular file"), "{}", words(&output));
}

#[test]
fn fixes_do_not_follow_a_link_out_of_the_project_root() {
    let scratch = Scratch::new("linked");
    let (outside, root) = (scratch.0.join("outside"), scratch.0.join("root"));
    let text = TERRAFORM.replace("hunter2@", "").replace('@', "");
    write(&outside.join("main.tf"), &text);
    write(&root.join("own.tf"), "resource \"aws_sns_topic\" \"t\" {}\n");
    symlink("../outside/main.tf", root.join("main.tf")).expect("scratch files can be made and read");
    symlink("../outside", root.join("module")).expect("scratch files can be made and read");
    let output = iaclint(&root, &["check", "--project-root", ".", "--fix", "--unsafe-fixes"]);
    assert!(words(&output).contains("outside the project root"), "{}", words(&output));
    assert_eq!(
        std::fs::read_to_string(outside.join("main.tf")).expect("scratch files can be made and read"),
        text
    );
}

#[test]
fn checking_writes_nothing() {
    let project = project("unwritten");
    let listing = || {
        let output = Command::new("find")
            .arg(&project.0)
            .args(["-printf", "%p %s %T@ %C@\n"])
            .output()
            .expect("scratch files can be made and read");
        assert!(output.status.success() && !output.stdout.is_empty());
        output.stdout
    };
    let before = listing();
    for command in [&["check"][..], &["check", "--diff"], &["path"], &["graph"]] {
        iaclint(&project.0, command);
    }
    assert_eq!(before, listing());
}
