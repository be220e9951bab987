//! Names that were meant: `did you mean`.

/// The likeness from which a name is worth suggesting.
const ALIKE: f64 = 0.75;

/// The name that is most like what was written, if any is like it.
pub fn closest<'a>(written: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let likeness =
        |name: &str| strsim::normalized_damerau_levenshtein(written, name).max(strsim::jaro(written, name));
    names
        .map(|name| (likeness(name), name))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_rule_finds_its_neighbour() {
        let ids = ["endpoint-port-duplicated", "sg-stale-reference"];
        assert_eq!(closest("endpoint-port-duplicate", ids.into_iter()), Some("endpoint-port-duplicated"));
        assert_eq!(closest("sg-stale-refrence", ids.into_iter()), Some("sg-stale-reference"));
        assert_eq!(closest("xyz", ids.into_iter()), None);
    }
}
