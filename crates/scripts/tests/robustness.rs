//! Any text is read without a panic and in bounded time.

mod common;

use common::{at, placed};
use iaclint_scripts::{
    Dockerfile, Script, UserData, agent_settings, clear_secrets, container_runs, errexit, exports,
    files_written, health_check, kernel_settings, log_redirection, package_installs, pipefail, probes,
    script_of_command, service_actions, stack_helpers, start_work, tool_in_dockerfile, tools, traps,
    wait_loops,
};
use iaclint_value::{Data, OriginId, Text, Value};

fn ask_everything(text: &Text) {
    let data = UserData::read(text);
    let mut scripts: Vec<Script> = data.scripts().into_iter().cloned().collect();
    scripts.push(Script::read(text));
    let value = Value::new(Data::Text(text.clone()), OriginId::NONE);
    let words = ["sh", "-c"].map(Value::text).into_iter().chain([value.clone()]).collect();
    scripts.push(script_of_command(&Value::list(words, OriginId::NONE)));
    let _ = health_check(&value);
    for script in &scripts {
        let _ = (
            wait_loops(script),
            start_work(script),
            container_runs(script),
            package_installs(script),
            service_actions(script),
        );
        let _ = (
            kernel_settings(script),
            agent_settings(script),
            files_written(script),
            clear_secrets(script),
            exports(script),
        );
        let _ =
            (probes(script), tools(script), stack_helpers(script), traps(script), log_redirection(script));
        let _ = (errexit(script), pipefail(script), script.has_unknown_parts());
        for scope in &script.scopes {
            assert!(
                scope.commands.end <= script.commands.len() && scope.condition.end <= script.commands.len()
            );
        }
    }
    let file = Dockerfile::read(text);
    let _ = (tool_in_dockerfile(&file, "curl"), file.starts(), file.installs());
}

const TOKENS: &[&str] = &[
    "if ",
    "then ",
    "fi\n",
    "while ",
    "until ",
    "do ",
    "done\n",
    "for i in ",
    "for ((",
    "))",
    "((",
    "case x in ",
    "esac\n",
    "a) ",
    ";;\n",
    "{ ",
    "}\n",
    "( ",
    ")",
    "$(",
    "$((",
    "${",
    "}",
    "`",
    "'",
    "\"",
    "\\",
    "\n",
    "\r\n",
    " ",
    "\t",
    "&& ",
    "|| ",
    "| ",
    "& ",
    "; ",
    "> ",
    ">> ",
    "< ",
    "<<EOF\n",
    "<<-'E'\n",
    "EOF\n",
    "E\n",
    "<<< ",
    "x=",
    "x",
    "$x",
    "${x:-1}",
    "i++",
    "[ ",
    "]",
    "[[ ",
    "]]",
    "-ge ",
    "30 ",
    "sleep 1",
    "docker run ",
    "-p ",
    "-p:",
    "8080:80",
    "a:b:c/d:e/",
    "-e A=",
    "--restart",
    "=",
    "--env=",
    "é",
    "日本",
    "\u{fffc}",
    "‹h›",
    "‹h›",
    "curl ",
    "http://",
    "://@:/",
    "[::1",
    "timeout ",
    "5m ",
    "é5",
    "bash -c ",
    "eval ",
    "trap ",
    "ERR ",
    "set -e\n",
    "set -",
    "FROM ",
    "FROM a AS b\n",
    "RUN ",
    "COPY ",
    "CMD ",
    "[\"a\",",
    "\"b\"]",
    "HEALTHCHECK ",
    "ARG A",
    "ENV ",
    "#cloud-config\n",
    "runcmd:\n",
    "- ",
    "|\n",
    "Content-Type: multipart/mixed; boundary=B\n\n",
    "--B\n",
    "--B--\n",
    "Content-Type: text/plain\n",
    "#!/bin/sh\n",
    "#",
    "date +%s",
    "seq 1 ",
    "{1..",
    "expr $i + ",
    "echo ",
    "tee -a ",
    "/etc/ecs/ecs.config\n",
    "/etc/systemd/system/a.service",
    "ExecStart=",
    "ExecStart=\\\n",
    "sysctl -w ",
    "systemctl enable ",
    "$'",
    "\\n",
    "let ",
    "f() ",
    "f\n",
    "break\n",
    "exit 1\n",
];

#[test]
fn a_soup_of_tokens_is_read() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |n: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap_or(0) % n
    };
    for round in 0..1500 {
        let length = 1 + next(if round % 50 == 0 { 300 } else { 40 });
        let soup: String = (0..length).map(|_| TOKENS[next(TOKENS.len())]).collect();
        ask_everything(&placed(&soup));
    }
}

#[test]
fn repeated_openings_are_read_to_the_end() {
    for token in TOKENS {
        ask_everything(&placed(&token.repeat(700)));
    }
}

#[test]
fn places_are_right_behind_text_of_many_bytes() {
    let written = "é \"日本\" --x=‹h›\r\n‹h› 'ü' && último\n";
    let script = Script::read(&placed(written));
    let words: Vec<_> =
        script.commands.iter().flat_map(|c| &c.words).filter(|w| w.known().is_some()).collect();
    assert_eq!(
        words.iter().map(|w| at(written, w.span)).collect::<Vec<_>>(),
        ["é", "\"日本\"", "'ü'", "último"]
    );
}
