//! Containers, packages, services, files, settings and secrets of a script.

mod common;

use common::{at, placed};
use iaclint_scripts::{
    HealthCheck, Interpreter, Refusal, Script, agent_settings, clear_secrets, container_runs, errexit,
    exports, files_written, health_check, kernel_settings, log_redirection, package_installs, pipefail,
    probes, service_actions, stack_helpers, tools, traps,
};
use iaclint_value::{OriginId, Text, Value};

fn read(written: &str) -> Script {
    Script::read(&placed(written))
}

fn shown(text: Option<&Text>) -> String {
    text.map(|t| t.flatten().text.replace('\u{fffc}', "?")).unwrap_or_default()
}

const OPENSEARCH: &str = r#"#!/bin/bash
set -euo pipefail
exec > >(tee /var/log/setup.log) 2>&1
trap 'echo failed' ERR
dnf install -y docker
systemctl enable --now docker
echo "vm.max_map_count=262144" > /etc/sysctl.d/90-x.conf
sysctl -w net.core.somaxconn=1024
docker run -d \
  --name opensearch \
  -p 9200:9200 -p127.0.0.1:‹port›:80/udp \
  -e discovery.type=single-node \
  -e "JAVA_OPTS=-Xms1g -Xmx1g" \
  -e OPENSEARCH_INITIAL_ADMIN_PASSWORD=opensearch2024 \
  --env TOKEN \
  -m 2g --network=host \
  -v /data:/usr/share/data \
  opensearchproject/opensearch:‹version› serve --fast
"#;

#[test]
fn a_container_run_is_read_with_its_options() {
    let runs = container_runs(&read(OPENSEARCH));
    let [run] = &*runs else { panic!("{runs:?}") };
    assert_eq!(shown(run.image.as_ref().map(|w| &w.text)), "opensearchproject/opensearch:?");
    assert_eq!(run.name.as_ref().unwrap().known().unwrap(), "opensearch");
    assert!(run.detached && !run.removed && run.restart.is_none());
    assert_eq!(run.comes_back(), Some(false));
    let ports: Vec<_> = run
        .ports
        .iter()
        .map(|p| {
            (
                shown(p.address.as_ref()),
                shown(p.host.as_ref()),
                shown(Some(&p.container)),
                p.protocol.to_string(),
            )
        })
        .collect();
    let of = |a: &str, b: &str, c: &str, d: &str| (a.to_owned(), b.to_owned(), c.to_owned(), d.to_owned());
    assert_eq!(ports, [of("", "9200", "9200", "tcp"), of("127.0.0.1", "?", "80", "udp")]);
    let names: Vec<_> = run.environment.iter().map(|v| (v.name.as_str(), v.value.is_some())).collect();
    assert_eq!(
        names,
        [
            ("discovery.type", true),
            ("JAVA_OPTS", true),
            ("OPENSEARCH_INITIAL_ADMIN_PASSWORD", true),
            ("TOKEN", false)
        ]
    );
    assert_eq!(run.memory.as_ref().unwrap().known().unwrap(), "2g");
    assert_eq!(run.network.as_ref().unwrap().known().unwrap(), "host");
    assert_eq!(run.volumes[0].known().unwrap(), "/data:/usr/share/data");
    assert_eq!(
        run.command.iter().map(|w| w.known().unwrap().into_owned()).collect::<Vec<_>>(),
        ["serve", "--fast"]
    );
    assert_eq!(at(OPENSEARCH, run.ports[0].span), "9200:9200");
    assert!(at(OPENSEARCH, run.span).starts_with("docker run -d"));
}

#[test]
fn a_restart_policy_is_found_in_both_spellings() {
    for (written, back) in [
        ("docker run --restart unless-stopped x", Some(true)),
        ("docker run --restart=always x", Some(true)),
        ("docker run --restart=on-failure:3 x", Some(true)),
        ("docker run --restart no x", Some(false)),
        ("docker run -itd --rm x", Some(false)),
        ("sudo docker container run --restart ‹policy› x", None),
        ("docker run $OPTIONS x", None),
        ("podman run -d --restart always x", Some(true)),
    ] {
        let runs = container_runs(&read(written));
        assert_eq!(runs.len(), 1, "{written}");
        assert_eq!(runs[0].comes_back(), back, "{written}");
        assert_eq!(shown(runs[0].image.as_ref().map(|w| &w.text)), "x", "{written}");
    }
}

#[test]
fn a_unit_of_systemd_keeps_its_container() {
    let written = "cat > /etc/systemd/system/app.service <<'UNIT'\n[Service]\nRestart=always\nExecStart=/usr/bin/docker run --name app \\\n  -p 80:8080 app:‹tag›\n[Install]\nUNIT\nsystemctl enable app.service";
    let runs = container_runs(&read(written));
    let [run] = &*runs else { panic!("{runs:?}") };
    assert_eq!(run.unit.as_deref(), Some("app.service"));
    assert_eq!(run.comes_back(), Some(true));
    assert_eq!(at(written, run.restart.as_ref().unwrap().span), "always");
    assert_eq!(shown(run.image.as_ref().map(|w| &w.text)), "app:?");
    assert_eq!(at(written, run.ports[0].span), "80:8080");
}

#[test]
fn the_settings_of_the_shell_are_found() {
    let script = read(OPENSEARCH);
    assert_eq!(script.interpreter, Interpreter::Bash);
    assert_eq!((script.shebang.as_ref().unwrap().offset, script.errors.len()), (0, 0));
    assert_eq!(at(OPENSEARCH, errexit(&script)[0].span), "set -euo pipefail");
    assert!(pipefail(&script)[0].on);
    assert_eq!(traps(&script)[0].events, ["ERR"]);
    assert_eq!(log_redirection(&script).unwrap().0.as_deref(), Some("/var/log/setup.log"));
    assert!(errexit(&read("#!/bin/bash -xe\nfoo"))[0].on);
    assert!(errexit(&read("bash -c 'set -e; x'")).is_empty());
    let switched = errexit(&read("set -e\nset +e"));
    assert_eq!(switched.iter().map(|s| s.on).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn packages_and_services_are_found() {
    let script = read(OPENSEARCH);
    let installs = package_installs(&script);
    assert_eq!(
        (installs[0].manager.as_str(), installs[0].assumes_yes, installs[0].installs(&["docker"])),
        ("dnf", true, true)
    );
    let services = service_actions(&script);
    assert_eq!(
        (services[0].name().as_deref(), services[0].starts, services[0].enables),
        (Some("docker"), true, true)
    );
    let script = read(
        "sudo apt-get install docker.io=1.2\namazon-linux-extras install docker\nservice docker start\nchkconfig docker on\napk add --no-cache --virtual x curl",
    );
    let installs = package_installs(&script);
    let managers: Vec<_> = installs.iter().map(|i| (i.manager.as_str(), i.assumes_yes)).collect();
    assert_eq!(managers, [("apt-get", false), ("amazon-linux-extras", false), ("apk", true)]);
    assert!(
        installs[0].installs(&["docker.io"])
            && installs[2].installs(&["curl"])
            && !installs[2].installs(&["x"])
    );
    let services = service_actions(&script);
    assert_eq!(
        services.iter().map(|s| (s.starts, s.enables)).collect::<Vec<_>>(),
        [(true, false), (false, true)]
    );
}

#[test]
fn kernel_and_agent_settings_are_found() {
    let settings = kernel_settings(&read(OPENSEARCH));
    let named: Vec<_> =
        settings.iter().map(|s| (s.name.as_str(), s.value.known().unwrap().into_owned())).collect();
    assert_eq!(named, [("vm.max_map_count", "262144".to_owned()), ("net.core.somaxconn", "1024".to_owned())]);
    for written in [
        "echo ECS_CLUSTER=‹cluster› >> /etc/ecs/ecs.config",
        "echo \"ECS_CLUSTER=‹cluster›\" | sudo tee -a /etc/ecs/ecs.config",
        "cat <<EOF >> /etc/ecs/ecs.config\nECS_CLUSTER=‹cluster›\nEOF",
        "cat <<'EOF' | tee /etc/ecs/ecs.config\n# x=y\nECS_CLUSTER=‹cluster›\nEOF",
        "printf 'ECS_CLUSTER=‹cluster›\\n' > /etc/ecs/ecs.config",
        "tee /etc/ecs/ecs.config <<EOF\nECS_CLUSTER=‹cluster›\nEOF",
    ] {
        let settings = agent_settings(&read(written));
        assert_eq!(settings.len(), 1, "{written}");
        assert_eq!(
            (settings[0].name.as_str(), shown(Some(&settings[0].value.text))),
            ("ECS_CLUSTER", "?".to_owned()),
            "{written}"
        );
        assert!(at(written, settings[0].span).starts_with("ECS_CLUSTER="), "{written}");
    }
}

#[test]
fn files_have_their_content() {
    let script =
        read("cat <<EOF > /etc/a\nx ‹hole› $Y\nEOF\necho one two >> \"/etc/$Z\"\ncmd > /dev/null 2>&1");
    let files = files_written(&script);
    assert_eq!(files.len(), 2);
    assert_eq!((shown(files[0].content.as_ref()), files[0].appends), ("x ? ?\n".to_owned(), false));
    assert_eq!((shown(files[1].content.as_ref()), files[1].appends), ("one two".to_owned(), true));
    assert_eq!(files[1].path.prefix(), "/etc/");
}

#[test]
fn secrets_in_clear_are_found_where_they_stand() {
    let secrets = clear_secrets(&read(OPENSEARCH));
    let [secret] = &*secrets else { panic!("{secrets:?}") };
    assert_eq!(at(OPENSEARCH, secret.span), "opensearch2024");
    for (written, found) in [
        ("export DB_PASSWORD=hunter22", "hunter22"),
        ("DB_PASSWORD='hunter22' run", "hunter22"),
        ("run --password hunter22", "hunter22"),
        ("run --db-password=hunter22", "hunter22"),
        ("cat > /etc/env <<EOF\nAPI_KEY=abcdef\nEOF", "abcdef"),
    ] {
        let secrets = clear_secrets(&read(written));
        assert_eq!(secrets.len(), 1, "{written}");
        assert_eq!(at(written, secrets[0].span), found);
    }
    for written in [
        "DB_PASSWORD=$(aws x)",
        "DB_PASSWORD=‹password›",
        "docker login --password-stdin x",
        "run -e DB_PASSWORD",
        "PASSWORD_LENGTH=12",
        "DB_PASSWORD=\"$OTHER\"",
    ] {
        assert_eq!(clear_secrets(&read(written)), [], "{written}");
    }
}

#[test]
fn a_health_check_is_a_script_or_words() {
    let list = |words: &[&str]| Value::list(words.iter().map(|w| Value::text(w)).collect(), OriginId::NONE);
    let check = health_check(&list(&["CMD-SHELL", "curl -f http://localhost:8000/health || exit 1"]));
    let Some(HealthCheck::Runs { script, shell: true }) = check else { panic!("{check:?}") };
    let found = probes(&script);
    assert_eq!(found.len(), 1);
    let probe = &found[0];
    assert_eq!(
        (probe.tool.as_str(), probe.port_number(), probe.is_local()),
        ("curl", Some(8000), Some(true))
    );
    assert_eq!(
        (shown(probe.path.as_ref()), probe.sees_errors, probe.matters),
        ("/health".to_owned(), true, true)
    );
    assert_eq!(tools(&script).iter().map(|t| t.0.as_str()).collect::<Vec<_>>(), ["curl"]);
    let Some(HealthCheck::Runs { script, shell: false }) =
        health_check(&list(&["CMD", "pg_isready", "-U", "app", "-p5433"]))
    else {
        panic!()
    };
    assert_eq!(
        (probes(&script)[0].tool.as_str(), probes(&script)[0].port_number()),
        ("pg_isready", Some(5433))
    );
    assert!(matches!(health_check(&list(&["NONE"])), Some(HealthCheck::Off)));
    assert!(health_check(&Value::null(OriginId::NONE)).is_none());
}

#[test]
fn an_address_is_taken_apart_around_its_holes() {
    let probe = |written: &str| probes(&read(written)).remove(0);
    let found = probe("curl -s http://‹host›:‹port›/a/‹b›?c=d");
    assert_eq!(
        (shown(found.host.as_ref()), shown(found.port.as_ref()), shown(found.path.as_ref())),
        ("?".into(), "?".into(), "/a/??c=d".into())
    );
    assert!(!found.sees_errors);
    let found = probe("wget -qO- https://u:p@[::1]/x || true");
    assert_eq!(
        (shown(found.host.as_ref()), found.port_number(), found.matters),
        ("[::1]".into(), Some(443), false)
    );
    let found = probe("nc -z -w 2 localhost 6379");
    assert_eq!((found.port_number(), found.is_local()), (Some(6379), Some(true)));
    let found = probe("curl -o /dev/null -fsS localhost:9000/ping");
    assert_eq!((found.port_number(), shown(found.path.as_ref())), (Some(9000), "/ping".into()));
}

#[test]
fn variables_that_are_set_once_are_resolved() {
    let runs = container_runs(&read(
        "PORT=8080\nIMAGE=\"app:‹tag›\"\ndocker run -p $PORT:80 -p ${OTHER:-1}:2 \"$IMAGE\"\n",
    ));
    assert_eq!(shown(runs[0].ports[0].host.as_ref()), "8080");
    assert_eq!(shown(runs[0].ports[1].host.as_ref()), "?");
    assert_eq!(shown(runs[0].image.as_ref().map(|w| &w.text)), "app:?");
    let runs = container_runs(&read("PORT=1\nif x; then PORT=2; fi\ndocker run -p $PORT:80 x\n"));
    assert_eq!(shown(runs[0].ports[0].host.as_ref()), "?");
    let runs = container_runs(&read("if x; then PORT=2; fi\ndocker run -p $PORT:80 x\n"));
    assert_eq!(shown(runs[0].ports[0].host.as_ref()), "?");
}

#[test]
fn exports_and_stack_helpers_are_found() {
    let script = read(
        "export A=1 B=\"$C\"\n/opt/aws/bin/cfn-signal -e $? --stack ‹stack› --resource X --region ‹region›\n",
    );
    assert_eq!(exports(&script).iter().map(|e| e.name.as_str()).collect::<Vec<_>>(), ["A", "B"]);
    assert_eq!(stack_helpers(&script).len(), 1);
}

#[test]
fn a_shebang_behind_blanks_is_noted() {
    let script = read("\n  #!/bin/bash\nset -e\n");
    assert_eq!(script.shebang.as_ref().unwrap().offset, 3);
    let script = read("#!/usr/bin/env bash\r\nset -e\r\ncmd \"a\"\r\n");
    assert!(script.shebang.as_ref().unwrap().carriage_return);
    assert_eq!(script.commands[1].words[1].known().unwrap(), "a");
    assert_eq!(errexit(&script).len(), 1);
}

#[test]
fn other_languages_are_left_alone() {
    for (written, interpreter) in [
        ("<powershell>\nif ($x) { }\n</powershell>", Interpreter::PowerShell),
        ("#!/usr/bin/env python3\nimport os\n", Interpreter::Python),
        ("#!/usr/bin/perl\n", Interpreter::Other("perl".into())),
    ] {
        let script = read(written);
        assert_eq!(
            (script.interpreter, script.refused, script.commands.len()),
            (interpreter, Some(Refusal::NotShell), 0)
        );
    }
    assert_eq!(read("‹script›").interpreter, Interpreter::Unknown);
}

#[test]
fn a_broken_script_is_read_as_far_as_it_goes() {
    let script =
        read("#!/bin/bash\ndnf install -y docker\nif [ x; then\n  foo\ndocker run -d --name a image\n");
    assert!(!script.errors.is_empty() && script.has_unknown_parts());
    assert!(package_installs(&script)[0].installs(&["docker"]));
    assert_eq!(container_runs(&script).len(), 1);
}

#[test]
fn nothing_is_too_deep_or_too_large_to_refuse() {
    let deep = format!("{}x{}", "( ".repeat(5000), " )".repeat(5000));
    assert_eq!(read(&deep).refused, Some(Refusal::TooDeep));
    let deep = format!("echo {}x{}", "$(a ".repeat(3000), ")".repeat(3000));
    assert_eq!(read(&deep).refused, Some(Refusal::TooDeep));
    let large = "echo hello\n".repeat(100_000);
    assert_eq!(read(&large).refused, Some(Refusal::TooLarge));
    let chain = "a && ".repeat(20_000) + "b";
    assert_eq!(read(&chain).commands.len(), 20_001);
}

#[test]
fn any_prefix_of_a_script_is_read() {
    for end in (0..OPENSEARCH.len()).filter(|e| OPENSEARCH.is_char_boundary(*e)) {
        if OPENSEARCH[..end].matches('‹').count() != OPENSEARCH[..end].matches('›').count() {
            continue;
        }
        let script = read(&OPENSEARCH[..end]);
        let _ = (container_runs(&script), clear_secrets(&script), kernel_settings(&script), probes(&script));
    }
}

#[test]
fn services_of_a_compose_file_are_containers() {
    let written = "cat > /opt/docker-compose.yml <<EOF\nservices:\n  web:\n    image: app:‹tag›\n    restart: always\n    ports:\n      - \"8080:80\"\n    environment:\n      - DB_PASSWORD=hunter22\n  cache:\n    image: redis\n    environment:\n      A: b\nEOF\ndocker compose up -d\n";
    let script = read(written);
    let runs = container_runs(&script);
    let found: Vec<_> = runs.iter().map(|r| (r.service.as_deref().unwrap(), r.comes_back())).collect();
    assert_eq!(found, [("web", Some(true)), ("cache", Some(false))]);
    assert_eq!(at(written, runs[0].ports[0].span), "8080:80");
    assert_eq!(shown(runs[0].ports[0].host.as_ref()), "8080");
    let secrets = clear_secrets(&script);
    assert_eq!(secrets.iter().map(|s| at(written, s.span)).collect::<Vec<_>>(), ["hunter22"]);
}
