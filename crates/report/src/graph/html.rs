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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::{Node, NodeKind};

    fn page(label: &str) -> String {
        let node = Node {
            address: "aws_lb.this".to_owned(),
            label: label.to_owned(),
            type_name: "aws_lb".to_owned(),
            kind: NodeKind::Balancer,
            root: ".".to_owned(),
            place: "main.tf:1:1".to_owned(),
            findings: Vec::new(),
        };
        Html::render(&Drawing { nodes: vec![node], ..Drawing::default() })
    }

    #[test]
    fn the_page_needs_nothing_from_elsewhere() {
        let page = page("this");
        assert!(!page.contains("/*DATA*/") && page.contains("aws_lb.this"));
        for word in ["src=", "@import", "url(http", "fetch("] {
            assert!(!page.contains(word), "{word}");
        }
    }

    #[test]
    fn a_name_cannot_end_the_script_that_it_stands_in() {
        let page = page("</script><script>alert(1)");
        assert!(!page.contains("<script>alert") && page.contains("\\u003c/script>"));
    }
}
