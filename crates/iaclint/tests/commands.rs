//! The command line: each case in `cmd/` is a `.toml` file with the arguments, an input tree in `.in` and what is printed.

#[test]
fn commands_print_what_their_cases_show() {
    let cases = trycmd::TestCases::new();
    cases.env("NO_COLOR", "1").case("tests/cmd/*.toml");
}
