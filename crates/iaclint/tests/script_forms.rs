//! A script is read in every form that configurations give it, and a finding stands at its line in the script itself.

#[path = "support/run.rs"]
mod run;

use std::sync::Arc;

use iaclint_source::Memory;

use run::run;

/// What stands in every script: a container that does not come back.
const FAULT: &str = "docker run -d --name search -p 9200:9200 search:2";

/// `file:line` of each finding of a rule.
fn places(rule: &str, files: &[(&str, String)]) -> Vec<String> {
    let memory = Memory::of(files.iter().map(|(path, text)| (*path, text.as_str())));
    let outcome = run(Arc::new(memory), &run::project("/"), iaclint_rules::RULES).expect("it can be read");
    assert!(outcome.faults_of_input.is_empty(), "{:?}", outcome.faults_of_input);
    assert!(outcome.resources > 0, "there are no resources");
    let found = outcome.findings.iter().filter(|f| f.rule == rule);
    found
        .map(|f| {
            let file = outcome.sources.file(f.primary.span.file);
            format!("{}:{}", file.path, file.lines().line(f.primary.span.start))
        })
        .collect()
}

/// The line of a text that holds the fault.
fn line_of(text: &str, fault: &str) -> usize {
    1 + text.lines().position(|line| line.contains(fault)).expect("the fault stands in the text")
}

fn instance(user_data: &str) -> String {
    format!(
        "resource \"aws_instance\" \"host\" {{\n  ami           = \"ami-0123456789abcdef0\"\n  instance_type = \"t3.large\"\n{user_data}\n}}\n"
    )
}

fn script() -> String {
    format!("#!/bin/bash\nset -euo pipefail\ndnf install -y docker\nsystemctl enable --now docker\n{FAULT}\n")
}

const RESTART: &str = "docker-run-no-restart-policy";

#[test]
fn user_data_in_the_file_of_the_instance() {
    let forms = [
        ("a heredoc", format!("  user_data = <<EOF\n{}EOF", script())),
        ("an indented heredoc", format!("  user_data = <<-EOF\n    #!/bin/bash\n    {FAULT}\n  EOF")),
        (
            "base64encode of a heredoc",
            format!("  user_data_base64 = base64encode(<<-EOF\n    #!/bin/bash\n    {FAULT}\n  EOF\n  )"),
        ),
        (
            "join of lines",
            format!("  user_data = join(\"\\n\", [\n    \"#!/bin/bash\",\n    \"{FAULT}\",\n  ])"),
        ),
        ("one string", format!("  user_data = \"#!/bin/bash\\n{FAULT}\\n\"")),
        (
            "cloud-init with runcmd",
            format!(
                "  user_data = <<EOF\n#cloud-config\npackages:\n  - docker\nruncmd:\n  - systemctl enable --now docker\n  - {FAULT}\nEOF"
            ),
        ),
        (
            "a script that cloud-init writes and runs",
            format!(
                "  user_data = <<EOF\n#cloud-config\nwrite_files:\n  - path: /opt/start.sh\n    content: |\n      #!/bin/bash\n      {FAULT}\nruncmd:\n  - bash /opt/start.sh\nEOF"
            ),
        ),
    ];
    for (form, user_data) in forms {
        let file = instance(&user_data);
        let line = line_of(&file, FAULT);
        assert_eq!(places(RESTART, &[("main.tf", file)]), [format!("main.tf:{line}")], "{form}");
    }
}

#[test]
fn user_data_in_a_file_of_its_own() {
    let forms = [
        ("file", "  user_data = file(\"${path.module}/start.sh\")", "start.sh"),
        ("templatefile", "  user_data = templatefile(\"start.sh.tftpl\", { port = 9200 })", "start.sh.tftpl"),
        (
            "base64encode of templatefile",
            "  user_data_base64 = base64encode(templatefile(\"start.sh.tftpl\", { port = 9200 }))",
            "start.sh.tftpl",
        ),
        ("filebase64", "  user_data_base64 = filebase64(\"start.sh\")", "start.sh"),
    ];
    for (form, user_data, path) in forms {
        let line = line_of(&script(), FAULT);
        let files = [("main.tf", instance(user_data)), (path, script())];
        assert_eq!(places(RESTART, &files), [format!("{path}:{line}")], "{form}");
    }
}

#[test]
fn user_data_of_a_launch_template() {
    let template = format!(
        "resource \"aws_launch_template\" \"host\" {{\n  image_id      = \"ami-0123456789abcdef0\"\n  instance_type = \"t3.large\"\n  user_data     = base64encode(<<-EOF\n    #!/bin/bash\n    {FAULT}\n  EOF\n  )\n}}\n"
    );
    let line = line_of(&template, FAULT);
    assert_eq!(places(RESTART, &[("main.tf", template)]), [format!("main.tf:{line}")]);
}

/// A template with one machine.
fn stack(kind: &str, properties: &str) -> String {
    format!(
        "Resources:\n  Host:\n    Type: {kind}\n    Properties:\n      ImageId: ami-0123456789abcdef0\n      InstanceType: t3.large\n{properties}\n"
    )
}

#[test]
fn user_data_of_a_template() {
    let forms = [
        (
            "one string, as the CDK writes it",
            format!("      UserData:\n        Fn::Base64: \"#!/bin/bash\\n{FAULT}\\n\""),
        ),
        (
            "Fn::Sub of a block",
            format!(
                "      UserData:\n        Fn::Base64: !Sub |\n          #!/bin/bash\n          echo ${{AWS::Region}}\n          {FAULT}"
            ),
        ),
        (
            "Fn::Join of lines",
            format!(
                "      UserData:\n        Fn::Base64:\n          Fn::Join:\n            - \"\\n\"\n            - - \"#!/bin/bash\"\n              - \"{FAULT}\""
            ),
        ),
        (
            "Fn::Join around references",
            format!(
                "      UserData:\n        Fn::Base64:\n          Fn::Join:\n            - \"\"\n            - - \"#!/bin/bash\\necho \"\n              - Ref: AWS::Region\n              - \"\\n{FAULT}\\n\""
            ),
        ),
    ];
    for (form, user_data) in forms {
        let file = stack("AWS::EC2::Instance", &user_data);
        let line = line_of(&file, FAULT);
        assert_eq!(places(RESTART, &[("template.yaml", file)]), [format!("template.yaml:{line}")], "{form}");
    }
    let file = format!(
        "Resources:\n  Host:\n    Type: AWS::EC2::LaunchTemplate\n    Properties:\n      LaunchTemplateData:\n        InstanceType: t3.large\n        UserData:\n          Fn::Base64: |\n            #!/bin/bash\n            {FAULT}\n"
    );
    let line = line_of(&file, FAULT);
    assert_eq!(
        places(RESTART, &[("template.yaml", file)]),
        [format!("template.yaml:{line}")],
        "a launch template"
    );
}

const WAIT: &str = "entrypoint-unbounded-wait";
const LOOP: &str = "until pg_isready -h db; do sleep 2; done";

fn task(container: &str) -> String {
    format!(
        "resource \"aws_ecs_task_definition\" \"api\" {{\n  family = \"api\"\n  container_definitions = jsonencode([{{\n    name   = \"api\"\n    image  = \"shop/api:1.4\"\n    memory = 512\n{container}\n  }}])\n}}\n\nresource \"aws_ecs_service\" \"api\" {{\n  name            = \"api\"\n  task_definition = aws_ecs_task_definition.api.arn\n}}\n"
    )
}

#[test]
fn commands_of_containers() {
    let forms = [
        ("a command for a shell", format!("    command = [\"sh\", \"-c\", \"{LOOP}; exec serve\"]")),
        (
            "an entry point for a shell",
            format!("    entryPoint = [\"/bin/sh\", \"-c\", \"{LOOP}; exec serve\"]"),
        ),
        (
            "a command in lines",
            format!(
                "    command = [\"bash\", \"-c\", <<-EOF\n      set -e\n      {LOOP}\n      exec serve\n    EOF\n    ]"
            ),
        ),
    ];
    for (form, container) in forms {
        let file = task(&container);
        let line = line_of(&file, LOOP);
        assert_eq!(places(WAIT, &[("main.tf", file)]), [format!("main.tf:{line}")], "{form}");
    }
}

#[test]
fn scripts_behind_an_entry_point() {
    let entry = format!("#!/bin/sh\nset -e\n{LOOP}\nexec \"$@\"\n");
    let line = line_of(&entry, LOOP);
    let dockerfile = "FROM python:3.12\nCOPY . /app\nENTRYPOINT [\"/app/entrypoint.sh\"]\nCMD [\"serve\"]\n";
    let files = [
        ("infra/main.tf", task("    entryPoint = [\"/app/entrypoint.sh\"]\n    command = [\"serve\"]")),
        ("backend/Dockerfile", dockerfile.to_owned()),
        ("backend/entrypoint.sh", entry),
    ];
    assert_eq!(places(WAIT, &files), [format!("backend/entrypoint.sh:{line}")]);
}
