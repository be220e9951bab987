//! Any text is read without a panic and in bounded time.

mod common;
#[path = "common/questions.rs"]
mod questions;

use common::{at, placed};
use iaclint_scripts::Script;
use questions::ask_everything;

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
