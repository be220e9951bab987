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
        let closed = |p: &String| {
            let mut rest = p.as_str();
            while let Some((_, class)) = rest.split_once('[') {
                let Some((inner, behind)) = class.split_once(']') else { return false };
                if !inner.starts_with('^') && (inner.is_empty() || inner.ends_with('-')) {
                    return false;
                }
                rest = behind;
            }
            true
        };
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

/// Puts in what the braces offer. Braces do not nest: the first that closes belongs to the first that opens, and what was put in is
/// looked at again.
fn expand(pattern: &str, out: &mut Vec<String>) -> Option<()> {
    let mut todo = vec![pattern.to_owned()];
    out.clear();
    while let Some(pattern) = todo.pop() {
        let Some((head, rest)) = pattern.split_once('{') else {
            out.push(pattern);
            continue;
        };
        match rest.split_once('}') {
            Some((options, behind)) => {
                todo.extend(options.split(',').map(|option| format!("{head}{option}{behind}")));
            }
            // It is seen only when something has matched so far.
            None if head.is_empty() || head.ends_with('/') => return None,
            None => {}
        }
        if out.len() + todo.len() > MAX_ALTERNATIVES {
            return None;
        }
    }
    Some(())
}

/// For each length of the path's beginning, whether the patterns so far match it.
fn path_matches(pattern: &[String], parts: &[&str]) -> bool {
    let mut reached = vec![false; parts.len() + 1];
    reached[0] = true;
    for (number, part) in pattern.iter().enumerate() {
        let last = number + 1 == pattern.len();
        let mut next = vec![false; parts.len() + 1];
        for at in 0..=parts.len() {
            if part == "**" {
                // At the end it is something in the directory, not the directory itself.
                next[at] = reached[at] && !last || at > 0 && (next[at - 1] || last && reached[at - 1]);
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
/// Where the class that opens at `at` ends, if the character is of it.
fn class(pattern: &[char], at: usize, char: char) -> Option<usize> {
    let negated = pattern.get(at + 1) == Some(&'^');
    let start = at + 1 + usize::from(negated);
    let end = (start..pattern.len()).find(|i| pattern[*i] == ']')?;
    let mut found = false;
    let mut i = start;
    let literal =
        |at: usize| if pattern[at] == '\\' && at + 1 < end { (pattern[at + 1], 2) } else { (pattern[at], 1) };
    while i < end {
        let (first, width) = literal(i);
        i += width;
        if i + 1 < end && pattern[i] == '-' && width == 1 {
            let (last, width) = literal(i + 1);
            found |= (first..=last).contains(&char);
            i += 1 + width;
        } else {
            found |= first == char;
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
