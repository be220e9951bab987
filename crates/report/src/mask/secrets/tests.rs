//! What is found in each of the languages that are read, and what is left alone.

use super::*;

fn masked(text: &str) -> String {
    let mut out = text.to_owned();
    for range in secrets(text, Prose::No).into_iter().rev() {
        out.replace_range(range, "***");
    }
    out
}

fn unchanged(text: &str) {
    assert_eq!(masked(text), text);
}

#[test]
fn hcl_assignments_are_masked() {
    assert_eq!(masked("  password = \"x\\\"y\" # c"), "  password = \"***\" # c");
    assert_eq!(masked("auth_token=\"abc\""), "auth_token=\"***\"");
    assert_eq!(masked("password = \"${var.prefix}-pw\""), "password = \"***\"");
    assert_eq!(
        masked("{ DB_PASSWORD = \"a\", DB_HOST = \"b\" }"),
        "{ DB_PASSWORD = \"***\", DB_HOST = \"b\" }"
    );
}

#[test]
fn references_to_secrets_are_shown() {
    unchanged("password = var.db_password");
    unchanged("password=random_password.db.result");
    unchanged("password = \"${var.password}\"");
    unchanged("manage_master_user_password = true");
    unchanged("\"MasterUserPassword\": \"{{resolve:secretsmanager:db:SecretString:password}}\"");
    unchanged("{ name = \"DB_PASSWORD\", valueFrom = \"arn:aws:secretsmanager:eu-west-1:1:secret:db\" }");
    unchanged("MasterUserPassword: !Ref DbPassword");
    unchanged("export DB_PASSWORD=$(cat /run/secret)");
    unchanged("postgres://app:${password}@db/app");
    unchanged("value = \"postgres://app@${var.db_host}:5432/app\"");
}

#[test]
fn json_members_are_masked() {
    assert_eq!(
        masked("{\"MasterUserPassword\": \"x\", \"Port\": 1}"),
        "{\"MasterUserPassword\": \"***\", \"Port\": 1}"
    );
    assert_eq!(
        masked(r#""Body": "{\"password\":\"a b\",\"user\":\"c\"}""#),
        r#""Body": "{\"password\":\"***\",\"user\":\"c\"}""#
    );
}

#[test]
fn bare_values_of_flow_mappings_are_masked_and_expressions_are_not() {
    assert_eq!(
        masked("Properties: {User: a, MasterUserPassword: b}"),
        "Properties: {User: a, MasterUserPassword: ***}"
    );
    for text in ["{ password: db.secret.value }", "{ password: fromName(\"x\") }", "{Password: !Ref P}"] {
        assert_eq!(masked(text), text);
    }
}

#[test]
fn a_value_beside_the_name_of_a_secret_is_masked() {
    assert_eq!(
        masked("{ name = \"DB_PASSWORD\", value = \"x\" }"),
        "{ name = \"DB_PASSWORD\", value = \"***\" }"
    );
    assert_eq!(
        masked("{ value = \"x\", name = \"DB_PASSWORD\" }"),
        "{ value = \"***\", name = \"DB_PASSWORD\" }"
    );
    assert_eq!(
        masked(
            "{\n \"Name\": \"DB_PASSWORD\",\n \"Value\": \"x\"\n},\n{\n \"Name\": \"A\",\n \"Value\": \"y\"\n}"
        ),
        "{\n \"Name\": \"DB_PASSWORD\",\n \"Value\": \"***\"\n},\n{\n \"Name\": \"A\",\n \"Value\": \"y\"\n}"
    );
    assert_eq!(
        masked("- Name: DB_PASSWORD\n  Value: x y\n- Name: DB_HOST\n  Value: z"),
        "- Name: DB_PASSWORD\n  Value: ***\n- Name: DB_HOST\n  Value: z"
    );
    assert_eq!(
        masked("- {Name: DB_PASSWORD, Value: x y}\n- {Name: DB_HOST, Value: z}"),
        "- {Name: DB_PASSWORD, Value: ***}\n- {Name: DB_HOST, Value: z}"
    );
    assert_eq!(masked("- Value: x\n  Name: DB_PASSWORD"), "- Value: ***\n  Name: DB_PASSWORD");
}

#[test]
fn the_default_of_a_secret_input_is_masked() {
    assert_eq!(
        masked(
            "variable \"db_password\" {\n  type = string\n  default = \"x\"\n}\nvariable \"a\" {\n  default = \"y\"\n}"
        ),
        "variable \"db_password\" {\n  type = string\n  default = \"***\"\n}\nvariable \"a\" {\n  default = \"y\"\n}"
    );
    assert_eq!(
        masked("variable \"pin\" {\n  default = \"x\"\n  sensitive = true\n}"),
        "variable \"pin\" {\n  default = \"***\"\n  sensitive = true\n}"
    );
    assert_eq!(
        masked("\"Pin\": { \"Default\": \"x\", \"NoEcho\": true }"),
        "\"Pin\": { \"Default\": \"***\", \"NoEcho\": true }"
    );
    assert_eq!(
        masked("  DbPassword:\n    Type: String\n    Default: x\n  Host:\n    Default: y\n"),
        "  DbPassword:\n    Type: String\n    Default: ***\n  Host:\n    Default: y\n"
    );
    assert_eq!(
        masked("  Pin:\n    Default: x\n    NoEcho: true\n"),
        "  Pin:\n    Default: ***\n    NoEcho: true\n"
    );
}

#[test]
fn shell_assignments_and_options_are_masked() {
    assert_eq!(masked("export X_PASSWORD=hunter2; echo"), "export X_PASSWORD=***; echo");
    assert_eq!(
        masked("command = [\"sh\", \"-c\", \"API_KEY='a b' ./run\"]"),
        "command = [\"sh\", \"-c\", \"API_KEY='***' ./run\"]"
    );
    assert_eq!(masked("run --db-password hunter2 --port 1"), "run --db-password *** --port 1");
    assert_eq!(masked("[\"run\", \"--password\", \"x\"]"), "[\"run\", \"--password\", \"***\"]");
    assert_eq!(masked("https://h/?password=x&a=b"), "https://h/?password=***&a=b");
}

#[test]
fn credentials_are_masked_by_their_shape() {
    assert_eq!(masked("u = \"postgres://app:p@ss@db:5432/app\""), "u = \"postgres://app:***@db:5432/app\"");
    assert_eq!(masked("k = \"AKIAABCDEFGHIJKLMNOP\""), "k = \"***\"");
    assert_eq!(masked("t: ghp_abcdefghijklmnop0123456789"), "t: ***");
    assert_eq!(masked("a\n-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\nb"), "a\n***\nb");
    unchanged("-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----");
}

#[test]
fn a_sentence_of_ours_is_not_an_assignment() {
    assert!(secrets("password: the database has none", Prose::Yes).is_empty());
    assert!(secrets("pass it with --password to the client", Prose::Yes).is_empty());
    let found = secrets("DB_PASSWORD=hunter2 is set", Prose::Yes);
    assert_eq!(found.iter().map(|r| (r.start, r.end)).collect::<Vec<_>>(), [(12, 19)]);
}

#[test]
fn any_text_is_read_without_a_panic() {
    for text in [
        "=",
        "é=é",
        "password=",
        "password=\"",
        "password = \\",
        "{{{}}}}",
        "--",
        "a://",
        "://:@",
        "-----BEGIN",
        "-----BEGIN PRIVATE KEY-----é",
        "password: é\u{fffc}",
        "--password",
        "- password:\n -",
        "\\\"=\\\"",
        "name='",
    ] {
        masked(text);
    }
}

#[test]
fn hostile_texts_of_megabytes_are_read_in_one_pass() {
    for part in [
        "= ",
        "{",
        "\"",
        "\\",
        "a=\"",
        "password=\"",
        "--password ",
        "://a:b",
        "-----BEGIN PRIVATE KEY-----",
        "-----BEGIN PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY----- -----END ",
        "name: password\n",
        "{ name = \"password\", value = \"",
    ] {
        secrets(&part.repeat(1_000_000 / part.len()), Prose::No);
    }
}
