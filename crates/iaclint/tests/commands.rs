//! The command line: each case in `cmd/` is a `.toml` file with the arguments, an input tree in `.in` and what is printed.

#[test]
fn commands_print_what_their_cases_show() {
    let cases = trycmd::TestCases::new();
    cases.env("NO_COLOR", "1").case("tests/cmd/*.toml");
}

#[test]
fn no_case_holds_a_time() {
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "stderr") {
            let text = std::fs::read_to_string(&path).unwrap();
            let timed = text.lines().find(|line| line.ends_with(" s") && !line.ends_with(" · [..] s"));
            assert_eq!(timed, None, "{}: write `[..]` in the place of the time", path.display());
        }
    }
}

/// Of a stream whose file is not there nothing would be compared.
#[test]
fn every_case_says_what_is_printed_on_both_streams() {
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            for stream in ["stdout", "stderr"] {
                assert!(path.with_extension(stream).is_file(), "{} has no {stream}", path.display());
            }
        }
    }
}

fn iaclint(arguments: &[&str]) -> std::process::Command {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_iaclint"));
    command.args(arguments).current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/clean.in"));
    command
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let mut child = iaclint(&["check", "--format", "sarif"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn colours_are_printed_when_they_are_asked_for_and_not_into_pipes() {
    let stderr = |arguments: &[&str]| iaclint(arguments).output().unwrap().stderr;
    assert!(stderr(&["explain", "no-such-thing", "--color", "always"]).contains(&0x1b));
    assert!(!stderr(&["explain", "no-such-thing"]).contains(&0x1b));
}
