//! Words in lines of a terminal's width.

/// A text whose lines end before `columns`: the first begins at column `at`, the others are indented by `hanging`. Without a width, or
/// where hardly anything would fit, it stays as it is. A word that is longer than a line is not broken.
pub fn wrapped(text: &str, columns: Option<usize>, at: usize, hanging: usize) -> String {
    let Some(columns) = columns.filter(|columns| *columns >= hanging + NARROWEST) else {
        return text.to_owned();
    };
    let mut out = String::with_capacity(text.len());
    let mut column = at;
    for (index, line) in text.split('\n').enumerate() {
        if index > 0 {
            out.push('\n');
            column = 0;
        }
        let mut first = true;
        for word in line.split(' ') {
            let width = width(word);
            if !first && column + 1 + width > columns && column > hanging {
                out.push('\n');
                out.extend(std::iter::repeat_n(' ', hanging));
                column = hanging;
            } else if !first {
                out.push(' ');
                column += 1;
            }
            out.push_str(word);
            column += width;
            first = false;
        }
    }
    out
}

/// Less room than this is no help to a reader.
const NARROWEST: usize = 16;

/// The columns that a text takes: its characters without escape sequences.
pub fn width(text: &str) -> usize {
    let mut count = 0;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\u{1b}' {
            count += 1;
            continue;
        }
        match rest.next() {
            // A colour ends with its letter, a link with a backslash behind another escape.
            Some('[') => drop(rest.by_ref().find(char::is_ascii_alphabetic)),
            Some(']') => drop(rest.by_ref().find(|c| *c == '\\')),
            _ => {}
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_go_to_the_next_line_under_the_indentation() {
        let text = wrapped("one two three four five six", Some(20), 6, 3);
        assert_eq!(text, "one two three\n   four five six");
        assert!(text.lines().all(|line| line.len() <= 20));
    }

    #[test]
    fn a_word_that_is_longer_than_a_line_stays_whole() {
        let word = "b".repeat(25);
        assert_eq!(wrapped(&format!("a a {word} c"), Some(20), 0, 2), format!("a a\n  {word}\n  c"));
    }

    #[test]
    fn without_a_width_a_text_stays_as_it_is() {
        let text = "x ".repeat(200);
        assert_eq!(wrapped(&text, None, 0, 2), text);
        assert_eq!(wrapped(&text, Some(10), 0, 2), text);
    }

    #[test]
    fn colours_and_links_take_no_room() {
        assert_eq!(width("\u{1b}[1;31merror\u{1b}[0m"), 5);
        assert_eq!(width("\u{1b}]8;;https://x/y\u{1b}\\rule\u{1b}]8;;\u{1b}\\"), 4);
    }
}
