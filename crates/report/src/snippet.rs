//! Draws a run of lines with its labels, through miette.

use std::fmt;

use iaclint_lint::Severity;
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    SourceCode, SourceSpan, SpanContents,
};

use crate::excerpt::Run;
use crate::look::Look;

/// Draws a run. The labels have the colour of `severity` where they are primary.
pub fn draw(run: &Run, severity: Severity, look: Look) -> String {
    let mut theme = if look.color { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    if !look.unicode {
        theme.characters = GraphicalTheme::none().characters;
    }
    let primary = match severity {
        Severity::Error => theme.styles.error,
        Severity::Warning => theme.styles.warning,
        Severity::Advice => theme.styles.advice,
    };
    if look.color {
        theme.styles.highlights =
            run.underlines.iter().map(|u| if u.primary { primary } else { theme.styles.help }).collect();
    }
    let bar = theme.characters.ltop;
    let handler = GraphicalReportHandler::new_themed(theme)
        .with_context_lines(1)
        .with_links(false)
        .without_syntax_highlighting();
    let mut drawn = String::new();
    if handler.render_report(&mut drawn, &Drawn(run)).is_err() {
        return String::new();
    }
    // Before its snippet miette writes a heading, which ours replaces.
    let from = drawn.find(bar).and_then(|at| drawn[..at].rfind('\n')).map_or(0, |at| at + 1);
    drawn.split_off(from)
}

/// What miette is given: no message, the labels, and the run as the source.
struct Drawn<'r>(&'r Run);

impl fmt::Debug for Drawn<'_> {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl fmt::Display for Drawn<'_> {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Drawn<'_> {}

impl Diagnostic for Drawn<'_> {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.0.underlines.iter().map(|u| {
            let text = (!u.text.is_empty()).then(|| u.text.clone());
            let span = SourceSpan::from(u.range.clone());
            if u.primary {
                LabeledSpan::new_primary_with_span(text, span)
            } else {
                LabeledSpan::new_with_span(text, span)
            }
        })))
    }
}

impl SourceCode for Drawn<'_> {
    /// The whole run, since it holds nothing but what is to be shown. Without context lines miette asks for the place of a label.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        _after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let run = self.0;
        let text = &run.text;
        let (mut line, mut column) = (run.first_line as usize - 1, 0);
        if before == 0 {
            line += text.bytes().take(span.offset()).filter(|b| *b == b'\n').count();
            column = run
                .underlines
                .iter()
                .find(|u| u.range.start == span.offset())
                .map_or(0, |u| u.column as usize - 1);
        }
        let lines = text.bytes().filter(|b| *b == b'\n').count() + 1;
        let whole = SourceSpan::from(0..text.len());
        Ok(Box::new(MietteSpanContents::new_named(
            run.path.clone(),
            text.as_bytes(),
            whole,
            line,
            column,
            lines,
        )))
    }
}
