//! From byte offsets to lines and columns.

/// A place as people and editors count it. All numbers are 1-based.
#[derive(Clone, Copy, PartialEq, Eq, Debug, PartialOrd, Ord)]
pub struct LineCol {
    /// Line, from 1.
    pub line: u32,
    /// Column in Unicode scalar values, from 1: what a terminal and a person count.
    pub column: u32,
    /// Column in UTF-16 code units, from 1: what SARIF (`utf16CodeUnits`) and editors count.
    pub column_utf16: u32,
}

/// The offsets at which lines start.
#[derive(Debug, Clone)]
pub struct LineIndex {
    starts: Vec<u32>,
}

impl LineIndex {
    /// Indexes `text`. Lines end at `\n`; a `\r` before it belongs to the line.
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(text.match_indices('\n').map(|(at, _)| at as u32 + 1));
        Self { starts }
    }

    /// Number of lines; a text without a newline has one.
    pub fn lines(&self) -> u32 {
        self.starts.len() as u32
    }

    /// The line (from 1) that holds `offset`.
    pub fn line(&self, offset: u32) -> u32 {
        self.starts.partition_point(|&s| s <= offset) as u32
    }

    /// The byte range of `line` (from 1) with its line ending; `None` past the end.
    pub fn line_range(&self, text: &str, line: u32) -> Option<std::ops::Range<usize>> {
        let start = *self.starts.get(line.checked_sub(1)? as usize)? as usize;
        let end = self.starts.get(line as usize).map_or(text.len(), |&s| s as usize);
        Some(start..end)
    }

    /// The place of `offset` in `text`; an offset inside a character counts as its start, one past the end as the end.
    pub fn line_col(&self, text: &str, offset: u32) -> LineCol {
        let mut offset = (offset as usize).min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.line(offset as u32);
        let start = self.starts[line as usize - 1] as usize;
        let before = &text[start..offset];
        LineCol {
            line,
            column: before.chars().count() as u32 + 1,
            column_utf16: before.encode_utf16().count() as u32 + 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_counted_in_characters_and_in_utf16_units() {
        let text = "a\né🦀x\n";
        let index = LineIndex::new(text);
        let at = index.line_col(text, text.find('x').unwrap() as u32);
        assert_eq!(at, LineCol { line: 2, column: 3, column_utf16: 4 });
        assert_eq!(index.line_col(text, 9999).line, 3);
        assert_eq!(index.line_range(text, 1), Some(0..2));
        assert_eq!(index.line_range(text, 4), None);
    }

    #[test]
    fn an_offset_inside_a_character_counts_as_its_start() {
        let text = "é";
        assert_eq!(LineIndex::new(text).line_col(text, 1).column, 1);
    }
}
