//! The page of a rule as a terminal shows it.

use iaclint_report::{Look, width};

/// A longer line is hard to read, however wide the terminal is.
const WIDEST: usize = 100;

/// A page as a terminal shows it: headings stand out, code is indented, paragraphs fill the lines, and what the fences say to the tests
/// is left out.
pub fn rendered(page: &str, look: Look) -> String {
    let mut out = Writer { look, text: String::new(), paragraph: String::new() };
    let mut fence: Option<usize> = None;
    for line in page.trim_end().lines() {
        let ticks = line.len() - line.trim_start_matches('`').len();
        match fence {
            None if ticks >= 3 => {
                let file = line[ticks..].split_whitespace().find_map(|word| word.strip_prefix("file="));
                out.end_paragraph();
                if let Some(file) = file {
                    out.line(&format!("    {}", look.faint(&format!("# {file}"))));
                }
                fence = Some(ticks);
            }
            Some(open) if ticks >= open && ticks == line.len() => fence = None,
            Some(_) if line.is_empty() => out.line(""),
            Some(_) => out.line(&shortened(&format!("    {line}"), look.columns)),
            None => match line.strip_prefix("# ").or_else(|| line.strip_prefix("## ")) {
                Some(heading) => {
                    out.end_paragraph();
                    out.line(&look.strong(heading));
                }
                // A remark for whoever reads the source.
                None if line.starts_with("<!--") => {}
                None => out.prose(line),
            },
        }
    }
    out.end_paragraph();
    out.text
}

/// What is written, and the paragraph that is not yet.
struct Writer {
    look: Look,
    text: String,
    paragraph: String,
}

impl Writer {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// A line of a paragraph: without a terminal it stays a line, with one the paragraph fills its lines.
    fn prose(&mut self, line: &str) {
        let begins = ["- ", "* ", "|"].iter().any(|mark| line.trim_start().starts_with(mark));
        if line.is_empty() || begins || self.look.columns.is_none() {
            self.end_paragraph();
        }
        if line.is_empty() {
            self.line("");
        } else if self.paragraph.is_empty() {
            self.paragraph.push_str(line);
        } else {
            self.paragraph.push(' ');
            self.paragraph.push_str(line.trim_start());
        }
    }

    fn end_paragraph(&mut self) {
        let paragraph = std::mem::take(&mut self.paragraph);
        if paragraph.is_empty() {
            return;
        }
        let indentation = paragraph.len() - paragraph.trim_start().len();
        let is_item = paragraph.trim_start().starts_with(['-', '*']);
        let look = Look { columns: self.look.columns.map(|columns| columns.min(WIDEST)), ..self.look };
        let hanging = if is_item { indentation + 2 } else { indentation };
        self.line(&look.wrapped(&inline(&paragraph, look), 0, hanging));
    }
}

/// A line of a drawn excerpt that does not fit is cut, for broken in two nobody could read it.
fn shortened(line: &str, columns: Option<usize>) -> String {
    let drawn = ["│", "·", "╭", "╰"].iter().any(|part| line.contains(part));
    match columns.filter(|columns| drawn && width(line) > *columns) {
        Some(columns) => line.chars().take(columns.saturating_sub(1)).chain(['…']).collect(),
        None => line.to_owned(),
    }
}

/// Code and emphasis within a line.
fn inline(line: &str, look: Look) -> String {
    if !look.color {
        return line.replace("**", "");
    }
    let mut out = String::new();
    for (index, part) in line.replace("**", "").split('`').enumerate() {
        out.push_str(&if index % 2 == 1 { look.key(part) } else { part.to_owned() });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_shown_without_what_its_fences_say_to_the_tests() {
        let page = "# x\n\n<!-- terraform only: why -->\n## Bad\n\n```hcl bad case=1 file=a.tf\nx = 1\n```\n\nSee `y`, **now**.\n";
        assert_eq!(rendered(page, Look::PLAIN), "x\n\nBad\n\n    # a.tf\n    x = 1\n\nSee `y`, now.\n");
    }

    #[test]
    fn paragraphs_and_items_fill_the_lines_of_a_terminal() {
        let page = "# x\n\nOne two three\nfour five six.\n- seven eight nine ten\n  eleven\n- twelve\n";
        let look = Look { columns: Some(24), ..Look::PLAIN };
        assert_eq!(
            rendered(page, look),
            "x\n\nOne two three four five\nsix.\n- seven eight nine ten\n  eleven\n- twelve\n"
        );
    }

    #[test]
    fn an_excerpt_is_cut_at_the_edge_of_the_terminal_and_code_is_not() {
        let page =
            "# x\n\n```text\n 7 │ value = \"a long line\"\n```\n```hcl\nvalue = \"a long line\"\n```\n";
        let look = Look { columns: Some(20), ..Look::PLAIN };
        assert_eq!(rendered(page, look), "x\n\n     7 │ value = \"a…\n    value = \"a long line\"\n");
    }
}
