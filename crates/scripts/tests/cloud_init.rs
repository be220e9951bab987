//! What a machine is started with.

mod common;

use common::{at, placed};
use iaclint_scripts::{
    CloudConfig, PartKind, UserData, container_runs, files_written, package_installs, service_actions,
};

fn config(data: &UserData) -> &CloudConfig {
    let PartKind::CloudConfig(config) = &data.parts[0].kind else { panic!("{data:?}") };
    config
}

const CONFIG: &str = r#"#cloud-config
packages:
  - docker.io
  - [nginx, 1.2]
  - "‹package›"
write_files:
  - path: /etc/ecs/ecs.config
    content: |
      ECS_CLUSTER=‹cluster›

      A="b"
  - path: /etc/x
    encoding: b64
    content: SGVsbG8=
bootcmd:
  - echo boot
runcmd:
  - systemctl enable --now docker
  - [ systemctl, start, "nginx" ]
  - docker run -d -p 80:80 \
    app:‹tag›
  - |
    if true; then
      dnf install -y jq
    fi
"#;

#[test]
fn a_cloud_config_has_commands_files_and_packages() {
    let data = UserData::read(&placed(CONFIG));
    let config = config(&data);
    assert!(config.valid && data.leading_space.is_none());
    assert_eq!(
        config.packages.iter().map(iaclint_scripts::Word::prefix).collect::<Vec<_>>(),
        ["docker.io", "nginx", ""]
    );
    assert_eq!(config.files.len(), 2);
    assert_eq!(config.files[0].content.as_ref().unwrap().flatten().text, "ECS_CLUSTER=\u{fffc}\n\nA=\"b\"\n");
    assert!(config.files[1].content.is_none());
    let run = &config.scripts[1];
    let services: Vec<_> =
        service_actions(run).iter().filter_map(iaclint_scripts::ServiceAction::name).collect();
    assert_eq!(services, ["docker", "nginx"]);
    let install = &package_installs(run)[0];
    assert_eq!((at(CONFIG, install.packages[0].span), install.conditional), ("jq", true));
    let container = &container_runs(run)[0];
    assert_eq!(at(CONFIG, container.ports[0].span), "80:80");
    assert_eq!(container.image.as_ref().unwrap().prefix(), "app:");
}

#[test]
fn a_broken_cloud_config_says_so() {
    let data = UserData::read(&placed("#cloud-config\na: [1\nb: }\n"));
    assert!(!config(&data).valid && data.has_unknown_parts());
}

#[test]
fn a_message_is_split_into_its_parts() {
    let written = "Content-Type: multipart/mixed; boundary=\"==B==\"\nMIME-Version: 1.0\n\n--==B==\nContent-Type: text/cloud-config; charset=\"us-ascii\"\n\n#cloud-config\npackages: [jq]\n\n--==B==\nContent-Type: text/x-shellscript\nContent-Transfer-Encoding: 7bit\n\n#!/bin/bash\necho ‹x› > /etc/a\n--==B==\nContent-Type: text/x-shellscript\nContent-Transfer-Encoding: base64\n\nSGVsbG8=\n--==B==--\n";
    let data = UserData::read(&placed(written));
    assert_eq!(data.parts.len(), 3);
    assert!(matches!(&data.parts[0].kind, PartKind::CloudConfig(c) if c.packages.len() == 1));
    let PartKind::Script(script) = &data.parts[1].kind else { panic!("{data:?}") };
    assert_eq!(script.shebang.as_ref().unwrap().offset, 0);
    assert_eq!(at(written, files_written(script)[0].path.span), "/etc/a");
    assert!(matches!(data.parts[2].kind, PartKind::Encoded));
    assert!(data.has_unknown_parts());
}

#[test]
fn a_header_behind_blanks_is_noted() {
    let written = "\n    #!/bin/bash\n    yum install -y docker\n";
    let data = UserData::read(&placed(written));
    assert!(data.leading_space.is_some());
    let PartKind::Script(script) = &data.parts[0].kind else { panic!() };
    assert_eq!(script.shebang.as_ref().unwrap().offset, 5);
    assert_eq!(package_installs(script).len(), 1);
}

#[test]
fn each_header_has_its_kind() {
    let kind = |written: &str| format!("{:?}", UserData::read(&placed(written)).parts[0].kind);
    for (written, starts) in [
        ("#!/bin/sh\nx", "Script"),
        ("#cloud-boothook\n#!/bin/sh\nx", "BootHook"),
        ("#include\nhttp://x", "Include"),
        ("<powershell>\nx\n</powershell>", "Windows"),
        ("H4sIAAAAAAAA", "Encoded"),
        ("yum install -y docker", "Unmarked"),
        ("[settings.ecs]\ncluster = \"x\"", "Toml"),
        ("#part-handler\n", "Other"),
        ("‹data›", "Unknown"),
        ("", "Empty"),
        ("## template: jinja\n#cloud-config\npackages: [a]", "CloudConfig"),
    ] {
        assert!(kind(written).starts_with(starts), "{written}: {}", kind(written));
    }
}

#[test]
fn any_prefix_of_a_cloud_config_is_read() {
    for end in (0..CONFIG.len()).filter(|e| CONFIG.is_char_boundary(*e)) {
        if CONFIG[..end].matches('‹').count() == CONFIG[..end].matches('›').count() {
            let _ = UserData::read(&placed(&CONFIG[..end])).has_unknown_parts();
        }
    }
    let deep = format!("#cloud-config\na: {}{}", "[".repeat(3000), "]".repeat(3000));
    assert!(UserData::read(&placed(&deep)).has_unknown_parts());
}
