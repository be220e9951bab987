//! Characters as a reader counts them, by the rules of the Unicode version that Terraform goes by.

use unicode_segmentation::UnicodeSegmentation;

/// The characters of a text, each with the offset at which it begins.
pub(crate) fn grapheme_indices(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.grapheme_indices(true).flat_map(|(at, cluster)| {
        let mut cuts: Vec<usize> = vec![0];
        // Unicode 15.1 joined Indic conjuncts; to Terraform each of their letters begins a character.
        if cluster.len() > 2 && !cluster.is_ascii() {
            cuts.extend(
                cluster.char_indices().skip(1).filter(|(_, c)| is_indic_letter(*c)).map(|(at, _)| at),
            );
        }
        cuts.push(cluster.len());
        let parts: Vec<(usize, &str)> =
            cuts.windows(2).filter_map(|w| Some((at + w[0], cluster.get(w[0]..w[1])?))).collect();
        parts
    })
}

/// The characters of a text.
pub(crate) fn graphemes(text: &str) -> impl Iterator<Item = &str> {
    grapheme_indices(text).map(|(_, grapheme)| grapheme)
}

/// A letter, not a sign that is put to one, of the scripts that write conjuncts.
fn is_indic_letter(char: char) -> bool {
    matches!(char, '\u{900}'..='\u{dff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{1a20}'..='\u{1b7f}' | '\u{11000}'..='\u{11fff}')
        && char.is_alphabetic()
        && !unicode_normalization::char::is_combining_mark(char)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conjuncts_are_counted_by_their_letters_and_flags_by_pairs() {
        let count = |text| graphemes(text).count();
        assert_eq!(
            (count("क्षि"), count("\u{1f1ef}\u{1f1f5}a"), count("e\u{301}\u{301}"), count("a\r\nb")),
            (2, 2, 1, 3)
        );
    }
}
