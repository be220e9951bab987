//! The script of a machine, however it is written: what it publishes, and the line of the user's file that says so.

use std::sync::Arc;

use iaclint_analysis::Analysis;
use iaclint_analysis::machine_ports::published;
use iaclint_model::Model;
use iaclint_parser::{Options, parse};
use iaclint_source::Memory;

/// The ports that the only machine publishes, each with its place: `8080 main.tf:5`.
fn ports(files: &[(&str, &str)]) -> Vec<String> {
    let options = Options { paths: vec!["/".into()], project_root: Some("/".into()), ..Options::default() };
    let parsed = parse(Arc::new(Memory::of(files.iter().copied())), &options).expect("it is a project");
    let sources = parsed.project.sources();
    let model = Model::new(&parsed.graph, sources);
    let analysis = Analysis::new(&model);
    let mut out = Vec::new();
    for (port, span) in analysis.hosts().iter().flat_map(published) {
        let span = span.expect("it is written somewhere");
        let file = sources.file(span.file);
        out.push(format!("{port} {}:{}", file.path, file.lines().line(span.start)));
    }
    out
}

fn terraform(user_data: &str) -> Vec<String> {
    ports(&[("main.tf", &format!("resource \"aws_instance\" \"a\" {{\n{user_data}\n}}\n"))])
}

#[test]
fn a_heredoc_has_terraforms_expressions_and_the_shells() {
    let script = "  user_data = <<-EOT\n    #!/bin/bash\n    export HOME_DIR=$${HOME}/data\n    docker run -d -v $${HOME_DIR}:/data \\\n      -p ${local.port}:9200 search\n  EOT";
    let main = format!("locals {{\n  port = 9200\n}}\n\nresource \"aws_instance\" \"a\" {{\n{script}\n}}\n");
    assert_eq!(ports(&[("main.tf", &main)]), ["9200 main.tf:10"]);
}

#[test]
fn a_template_with_loops_is_read_in_every_turn() {
    let main = "resource \"aws_instance\" \"a\" {\n  user_data = templatefile(\"${path.module}/start.sh.tftpl\", { ports = [8080, 9090], tls = false })\n}\n";
    let template = "#!/bin/bash\nset -e\n%{ for port in ports ~}\ndocker run -d -p ${port}:${port} app\n%{ endfor ~}\n%{ if tls ~}\ndocker run -d -p 443:443 proxy\n%{ endif ~}\ndocker run -d -p 7070:7070 last\n";
    assert_eq!(
        ports(&[("main.tf", main), ("start.sh.tftpl", template)]),
        ["8080 start.sh.tftpl:4", "9090 start.sh.tftpl:4", "7070 start.sh.tftpl:9"]
    );
}

#[test]
fn lines_that_are_joined_and_encoded_keep_their_places() {
    let data = "  user_data_base64 = base64encode(join(\"\\n\", [\n    \"#!/bin/bash\",\n    \"docker run -d -p 8080:80 web\",\n  ]))";
    assert_eq!(terraform(data), ["8080 main.tf:4"]);
}

#[test]
fn commands_of_a_cloud_config_are_read() {
    let data = "  user_data = <<-EOT\n    #cloud-config\n    packages: [docker]\n    runcmd:\n      - systemctl start docker\n      - [docker, run, -d, -p, \"8080:80\", web]\n      - docker run -d -p 9090:90 other\n  EOT";
    assert_eq!(terraform(data), ["8080 main.tf:7", "9090 main.tf:8"]);
}

#[test]
fn a_message_of_several_parts_is_read_part_by_part() {
    let data = "  user_data = <<-EOT\n    MIME-Version: 1.0\n    Content-Type: multipart/mixed; boundary=\"//\"\n\n    --//\n    Content-Type: text/cloud-config; charset=\"us-ascii\"\n\n    #cloud-config\n    runcmd:\n      - docker run -d -p 8080:80 web\n\n    --//\n    Content-Type: text/x-shellscript; charset=\"us-ascii\"\n\n    #!/bin/bash\n    docker run -d -p 9090:90 other\n    --//--\n  EOT";
    assert_eq!(terraform(data), ["8080 main.tf:11", "9090 main.tf:17"]);
}

/// A machine with a data source for cloud-init, of this type, whose script stands in a file.
fn config(kind: &str, flags: &str) -> Vec<String> {
    let main = format!(
        "data \"{kind}\" \"a\" {{\n{flags}\n  part {{\n    content_type = \"text/cloud-config\"\n    content = <<-EOT\n      #cloud-config\n      \
         runcmd:\n        - docker run -d -p 8080:80 web\n    EOT\n  }}\n  part {{\n    content_type = \"text/x-shellscript\"\n    \
         filename = \"start.sh\"\n    content = file(\"${{path.module}}/start.sh\")\n  }}\n}}\n\
         resource \"aws_instance\" \"a\" {{\n  DATA = data.{kind}.a.rendered\n}}\n"
    );
    let main = main.replace(
        "DATA",
        if flags.contains("base64_encode = false") { "user_data" } else { "user_data_base64" },
    );
    ports(&[
        ("main.tf", &main),
        ("start.sh", "#!/bin/bash\n# the other one\ndocker run -d -p 9090:90 other\n"),
    ])
}

#[test]
fn parts_of_a_data_source_are_read_where_they_stand() {
    for kind in ["cloudinit_config", "template_cloudinit_config"] {
        for flags in
            ["", "  gzip = false", "  gzip = false\n  base64_encode = false", "  boundary = \"==x==\""]
        {
            let lines = flags.lines().count().max(1);
            let first = format!("8080 main.tf:{}", lines + 7);
            assert_eq!(config(kind, flags), [first.as_str(), "9090 start.sh:3"], "{kind} {flags}");
        }
    }
}

#[test]
fn a_template_file_is_read_with_its_variables() {
    let main = "data \"template_file\" \"a\" {\n  template = file(\"${path.module}/start.sh.tpl\")\n  vars = {\n    port = 9090\n  }\n}\n\
                resource \"aws_instance\" \"a\" {\n  user_data = data.template_file.a.rendered\n}\n";
    let template = "#!/bin/bash\ndocker run -d \\\n  -p ${port}:80 web\n";
    assert_eq!(ports(&[("main.tf", main), ("start.sh.tpl", template)]), ["9090 start.sh.tpl:3"]);
}

#[test]
fn parts_of_a_list_that_is_not_known_publish_nothing() {
    let main = "variable \"parts\" {\n  type = list(string)\n}\ndata \"cloudinit_config\" \"a\" {\n  dynamic \"part\" {\n    for_each = var.parts\n    \
                content {\n      content = part.value\n    }\n  }\n}\nresource \"aws_instance\" \"a\" {\n  user_data_base64 = data.cloudinit_config.a.rendered\n}\n";
    assert!(ports(&[("main.tf", main)]).is_empty());
}

#[test]
fn a_broken_script_is_read_as_far_as_it_goes() {
    let data = "  user_data = <<-EOT\n    #!/bin/bash\n    docker run -d -p 8080:80 web\n    if [ -f /etc/x ; then fi fi (\n  EOT";
    assert_eq!(terraform(data), ["8080 main.tf:4"]);
}

#[test]
fn power_shell_is_left_alone() {
    let data =
        "  user_data = <<-EOT\n    <powershell>\n    docker run -d -p 8080:80 web\n    </powershell>\n  EOT";
    assert!(terraform(data).is_empty());
}

#[test]
fn a_script_that_is_not_known_publishes_nothing() {
    assert!(terraform("  user_data = file(\"missing.sh\")").is_empty());
    assert!(
        ports(&[(
            "main.tf",
            "variable \"script\" {}\nresource \"aws_instance\" \"a\" {\n  user_data = var.script\n}\n"
        )])
        .is_empty()
    );
}

/// A template whose only machine has this user data.
fn template(user_data: &str) -> String {
    format!(
        "{{\n\"Resources\": {{\n\"Machine\": {{\n\"Type\": \"AWS::EC2::Instance\",\n\"Properties\": {{\n\"UserData\": {{\n{user_data}\n}}\n}}\n}}\n}}\n}}\n"
    )
}

#[test]
fn user_data_of_the_cdk_is_one_string_or_joined_pieces() {
    let one = template("\"Fn::Base64\": \"#!/bin/bash\\ndocker run -d -p 8080:80 web\"");
    assert_eq!(ports(&[("template.json", &one)]), ["8080 template.json:7"]);
    let joined = template(
        "\"Fn::Base64\": { \"Fn::Join\": [\"\", [\n\"#!/bin/bash\\naws s3 cp s3://\",\n{ \"Ref\": \"AWS::Region\" },\n\"/x .\\ndocker run -d -p 8080:80 \",\n{ \"Ref\": \"AWS::AccountId\" },\n\".dkr.ecr/web\\ndocker run -d -p 9090:90 other\"\n]] }",
    );
    assert_eq!(ports(&[("template.json", &joined)]), ["8080 template.json:10", "9090 template.json:12"]);
    let lines = template(
        "\"Fn::Base64\": { \"Fn::Join\": [\"\\n\", [\n\"#!/bin/bash\",\n\"docker run -d -p 8080:80 web\"\n]] }",
    );
    assert_eq!(ports(&[("template.json", &lines)]), ["8080 template.json:9"]);
    let substituted = template(
        "\"Fn::Base64\": { \"Fn::Sub\": \"#!/bin/bash\\nREGION=${AWS::Region}\\nX=${!HOME}\\ndocker run -d -p 8080:80 web\" }",
    );
    assert_eq!(ports(&[("template.json", &substituted)]), ["8080 template.json:7"]);
}
