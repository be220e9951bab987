//! Patterns of file names, as `fileset` knows them: `*`, `**`, `?`, `[a-z]`, `{a,b}`.

/// The most alternatives that braces are expanded to.
const MAX_ALTERNATIVES: usize = 256;

/// A pattern without braces, by path part.
pub(super) struct Glob {
    alternatives: Vec<Vec<String>>,
}

impl Glob {
    /// `None` when brackets or braces are not closed.
    pub(super) fn parse(pattern: &str) -> Option<Glob> {
        let mut alternatives = vec![String::new()];
        expand(pattern, &mut alternatives)?;
        let closed = |p: &String| p.match_indices('[').all(|(at, _)| p[at..].contains(']'));
        if !alternatives.iter().all(closed) {
            return None;
        }
        let alternatives = alternatives
            .into_iter()
            .map(|a| a.split('/').filter(|p| !p.is_empty() && *p != ".").map(str::to_owned).collect())
            .collect();
        Some(Glob { alternatives })
    }

    /// How many directories up its alternatives start, each number once.
    pub(super) fn starts(&self) -> std::collections::BTreeSet<usize> {
        self.alternatives.iter().map(|pattern| up(pattern)).collect()
    }

    /// Whether a path with `/` between its parts matches, relative to the directory that is `levels` up.
    pub(super) fn matches(&self, path: &str, levels: usize) -> bool {
        let parts: Vec<&str> = path.split('/').collect();
        let mut of_level = self.alternatives.iter().filter(|pattern| up(pattern) == levels);
        of_level.any(|pattern| path_matches(&pattern[levels..], &parts))
    }
}

/// How many directories up a pattern starts.
fn up(pattern: &[String]) -> usize {
    pattern.iter().take_while(|part| *part == "..").count()
}

fn expand(pattern: &str, out: &mut Vec<String>) -> Option<()> {
    let mut rest = pattern;
    while let Some(open) = rest.find('{') {
        let close = closing(&rest[open..])? + open;
        let mut options = Vec::new();
        for option in split_options(&rest[open + 1..close]) {
            let mut inner = vec![String::new()];
            expand(option, &mut inner)?;
            options.extend(inner);
        }
        let head = &rest[..open];
        *out = out.iter().flat_map(|o| options.iter().map(move |p| format!("{o}{head}{p}"))).collect();
        if out.len() > MAX_ALTERNATIVES {
            return None;
        }
        rest = &rest[close + 1..];
    }
    for whole in out.iter_mut() {
        whole.push_str(rest);
    }
    Some(())
}

fn closing(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (at, char) in text.char_indices() {
        match char {
            '{' => depth += 1,
            '}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
        if depth > 16 {
            return None;
        }
    }
    None
}

fn split_options(text: &str) -> Vec<&str> {
    let (mut depth, mut start) = (0usize, 0);
    let mut out = Vec::new();
    for (at, char) in text.char_indices() {
        match char {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                out.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    out.push(&text[start..]);
    out
}

/// For each length of the path's beginning, whether the patterns so far match it.
fn path_matches(pattern: &[String], parts: &[&str]) -> bool {
    let mut reached = vec![false; parts.len() + 1];
    reached[0] = true;
    for part in pattern {
        let mut next = vec![false; parts.len() + 1];
        for at in 0..=parts.len() {
            if part == "**" {
                next[at] = reached[at] || (at > 0 && next[at - 1]);
            } else if at > 0 {
                next[at] = reached[at - 1] && part_matches(part, parts[at - 1]);
            }
        }
        reached = next;
    }
    reached[parts.len()]
}

fn part_matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        let step = match pattern.get(p) {
            Some('*') => {
                star = Some((p + 1, t));
                p += 1;
                continue;
            }
            Some('?') => Some(p + 1),
            Some('[') => class(&pattern, p, text[t]),
            Some('\\') if pattern.get(p + 1) == Some(&text[t]) => Some(p + 2),
            Some(char) if *char == text[t] => Some(p + 1),
            _ => None,
        };
        match (step, star) {
            (Some(next), _) => (p, t) = (next, t + 1),
            (None, Some((after, from))) => {
                star = Some((after, from + 1));
                (p, t) = (after, from + 1);
            }
            (None, None) => return false,
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// What follows a class that has this character in it.
fn class(pattern: &[char], at: usize, char: char) -> Option<usize> {
    let negated = matches!(pattern.get(at + 1), Some('^' | '!'));
    let start = at + 1 + usize::from(negated);
    let end = (start + 1..pattern.len()).find(|i| pattern[*i] == ']')?;
    let mut found = false;
    let mut i = start;
    while i < end {
        if i + 2 < end && pattern[i + 1] == '-' {
            found |= (pattern[i]..=pattern[i + 2]).contains(&char);
            i += 3;
        } else {
            found |= pattern[i] == char;
            i += 1;
        }
    }
    (found != negated).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stop_at_slashes_and_double_stars_do_not() {
        let matches = |pattern: &str, path: &str| Glob::parse(pattern).unwrap().matches(path, 0);
        assert!(matches("*.txt", "a.txt") && !matches("*.txt", "d/a.txt"));
        assert!(matches("**/*.txt", "a.txt") && matches("**/*.txt", "d/e/a.txt") && matches("**", "d/a"));
        assert!(matches("{hello,b[a-c]re}.t?t", "bare.txt") && !matches("{hello,bare}.txt", "x.txt"));
        assert!(matches("./a/*", "a/b") && !matches("a[^b]c", "abc"));
        assert!(Glob::parse("{a").is_none());
    }
}
