//! A page to look at: one file that needs nothing else.

use super::Drawing;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const PROGRAM: &str = include_str!("page.js");

/// The drawing as an HTML page.
#[derive(Clone, Copy, Debug)]
pub struct Html;

impl Html {
    /// The text.
    pub fn render(drawing: &Drawing) -> String {
        // What stands in a script must not end it.
        let data = serde_json::to_string(drawing).unwrap_or_default().replace('<', "\\u003c");
        PAGE.replace("/*STYLE*/", STYLE).replace("/*PROGRAM*/", PROGRAM).replace("/*DATA*/", &data)
    }
}
