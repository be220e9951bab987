//! Addresses and references as a plan writes them, in parts.

use iaclint_value::Name;

/// A name with the instance key behind it: `aws_subnet`, `private["a"]`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Part<'t> {
    pub(super) name: &'t str,
    /// With its brackets; empty without one.
    pub(super) key: &'t str,
}

/// The parts of an address or a reference, which dots outside of keys divide.
pub(super) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut out = Vec::new();
    let (mut start, mut key, mut quoted, mut escaped) = (0, None, false, false);
    let mut push = |from: usize, key: Option<usize>, to: usize| {
        let at = key.unwrap_or(to);
        if let (Some(name), Some(key)) = (text.get(from..at), text.get(at..to)) {
            out.push(Part { name, key });
        }
    };
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' if !quoted && key.is_none() => key = Some(at),
            b'.' if !quoted => {
                push(start, key.take(), at);
                start = at + 1;
            }
            _ => {}
        }
    }
    push(start, key, text.len());
    out
}

/// The names and keys of the calls that lead to a module instance: `module.a["x"].module.b` is `a`, `["x"]`, then `b`.
pub(super) fn calls(address: &str) -> Vec<Part<'_>> {
    parts(address).chunks_exact(2).map(|pair| pair[1]).collect()
}

/// Two parts of an address as one.
pub(super) fn join(first: &str, second: &str) -> Name {
    if first.is_empty() { second.into() } else { ecow::eco_format!("{first}.{second}") }
}

/// References without those that only shorten the one before: Terraform lists `module.a.b` and then `module.a`.
pub(super) fn longest(references: Vec<Name>) -> Vec<Name> {
    let mut out: Vec<Name> = Vec::new();
    for reference in references {
        let shortens = |longer: &Name| {
            longer.strip_prefix(reference.as_str()).is_some_and(|rest| rest.starts_with(['.', '[']))
        };
        if !out.last().is_some_and(shortens) && !out.contains(&reference) {
            out.push(reference);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_in_keys_divide_nothing() {
        let shown: Vec<_> = parts(r#"module.a["x.y\"]"].aws_s.b[0].id"#)
            .iter()
            .map(|p| format!("{}|{}", p.name, p.key))
            .collect();
        assert_eq!(shown, ["module|", r#"a|["x.y\"]"]"#, "aws_s|", "b|[0]", "id|"]);
        assert_eq!(calls(r#"module.a["x"].module.b"#)[1].name, "b");
        assert_eq!(parts(""), [Part { name: "", key: "" }]);
    }

    #[test]
    fn what_shortens_the_reference_before_it_is_dropped() {
        let of = |names: &[&str]| longest(names.iter().map(|n| Name::from(*n)).collect());
        assert_eq!(of(&["aws_s.b[0].id", "aws_s.b[0]", "aws_s.b", "var.x"]), ["aws_s.b[0].id", "var.x"]);
        assert_eq!(of(&["module.ab.c", "module.a"]), ["module.ab.c", "module.a"]);
    }
}
