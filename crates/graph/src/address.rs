//! Addresses with and without instance keys.

use iaclint_value::Name;

/// The address of the declaration: the last instance key removed. `module.a["x"].aws_s.b[0]` gives `module.a["x"].aws_s.b`.
pub fn declared(address: &str) -> Name {
    if !address.ends_with(']') {
        return address.into();
    }
    match brackets(address).last() {
        Some(&(start, end)) if end == address.len() => address[..start].into(),
        _ => address.into(),
    }
}

/// The address without any instance key: what all instances of one declaration share. `module.a["x"].aws_s.b[0]` gives
/// `module.a.aws_s.b`.
pub fn family(address: &str) -> Name {
    let mut out = String::with_capacity(address.len());
    let mut at = 0;
    for (start, end) in brackets(address) {
        out.push_str(&address[at..start]);
        at = end;
    }
    out.push_str(&address[at..]);
    out.into()
}

/// The byte ranges of `[…]`, keys in quotes taken whole.
fn brackets(address: &str) -> Vec<(usize, usize)> {
    let mut out = Vec::new();
    let mut open = None;
    let mut quoted = false;
    let mut escaped = false;
    for (at, byte) in address.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' if !quoted => open = Some(at),
            b']' if !quoted => out.extend(open.take().map(|o| (o, at + 1))),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instance_keys_are_removed() {
        assert_eq!(declared("module.a[\"x]\"].aws_s.b[0]"), "module.a[\"x]\"].aws_s.b");
        assert_eq!(declared("module.a[0].aws_s.b"), "module.a[0].aws_s.b");
        assert_eq!(family("module.a[\"x\\\"[\"].aws_s.b[0]"), "module.a.aws_s.b");
        assert_eq!(family("Stack/Id"), "Stack/Id");
    }
}
