//! What must not be printed.

/// What stands in the place of a masked value.
pub const MASK: &str = "(masked)";

/// Whether a field, variable or attribute of this name holds a secret by its name.
pub fn secret_name(name: &str) -> bool {
    const WORDS: [&str; 11] = [
        "password",
        "passwd",
        "secretkey",
        "authtoken",
        "accesstoken",
        "apikey",
        "privatekey",
        "secretstring",
        "masterpass",
        "clientsecret",
        "secretaccesskey",
    ];
    const NOT: [&str; 6] = ["arn", "name", "id", "version", "length", "rotation"];
    let name: String =
        name.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    WORDS.iter().any(|w| name.contains(w)) && !NOT.iter().any(|n| name.ends_with(n))
}

/// Whether a text looks like a credential whatever it is called: keys with known shapes, passwords in URLs, PEM blocks.
pub fn looks_like_secret(text: &str) -> bool {
    const PREFIXES: [&str; 8] =
        ["ghp_", "gho_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "sk_live_", "npm_"];
    let access_key = |p: &str| {
        text.match_indices(p).any(|(at, _)| {
            let rest = &text.as_bytes()[at + p.len()..];
            rest.len() >= 16 && rest[..16].iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        })
    };
    access_key("AKIA")
        || access_key("ASIA")
        || (text.contains("-----BEGIN") && text.contains("PRIVATE KEY-----"))
        || PREFIXES.iter().any(|p| text.match_indices(p).any(|(at, _)| long_token(&text[at + p.len()..])))
        || url_with_password(text)
        || assigned_secret(text)
}

fn long_token(text: &str) -> bool {
    text.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_' || *b == b'-').count() >= 16
}

/// `scheme://user:password@host` with a literal password.
fn url_with_password(text: &str) -> bool {
    text.match_indices("://").any(|(at, _)| {
        let rest = &text[at + 3..];
        let authority = rest.split(['/', '?', ' ', '"', '\n']).next().unwrap_or_default();
        let Some((user, _)) = authority.rsplit_once('@') else { return false };
        user.split_once(':').is_some_and(|(_, password)| {
            !password.is_empty() && !password.starts_with(['$', '<', '{', '\u{fffc}']) && password != MASK
        })
    })
}

/// `SOME_PASSWORD=value`, `--password value` in a script line.
fn assigned_secret(text: &str) -> bool {
    text.split_whitespace().any(|word| {
        let word = word.trim_matches(['"', '\'', ';']);
        word.split_once('=').is_some_and(|(name, value)| {
            let value = value.trim_matches(['"', '\'']);
            secret_name(name) && value.len() >= 4 && !value.starts_with(['$', '{', '<', '\u{fffc}'])
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_recognised_by_shape() {
        assert!(looks_like_secret("postgres://app:hunter2@db:5432/app"));
        assert!(looks_like_secret("AKIAABCDEFGHIJKLMNOP"));
        assert!(looks_like_secret("docker run -e OPENSEARCH_INITIAL_ADMIN_PASSWORD=Sup3r! x"));
        assert!(!looks_like_secret("postgres://app@db:5432/app"));
        assert!(!looks_like_secret("postgres://app:${password}@db/app"));
        assert!(!looks_like_secret("arn:aws:secretsmanager:eu-west-1:1:secret:db-password"));
    }

    #[test]
    fn names_of_secrets_are_told_from_names_of_their_arns() {
        assert!(secret_name("DB_PASSWORD") && secret_name("auth_token") && secret_name("MasterUserPassword"));
        assert!(secret_name("AWS_SECRET_ACCESS_KEY"));
        assert!(
            !secret_name("password_secret_arn") && !secret_name("DB_HOST") && !secret_name("password_length")
        );
    }
}
