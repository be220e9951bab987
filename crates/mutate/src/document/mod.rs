//! A file of a project as a tree of values with their bytes, the same for Terraform and for templates.

mod hcl;
mod json;
mod yaml;

use std::ops::Range;

/// What a file is written in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Syntax {
    /// Terraform's language.
    Hcl,
    /// A template in JSON.
    Json,
    /// A template in YAML.
    Yaml,
    /// A shell script, or the template of one: text alone.
    Script,
}

/// A file that can be edited.
#[derive(Debug)]
pub struct Document {
    /// Its path below the project's root.
    pub path: String,
    /// Its text.
    pub text: String,
    /// What it is written in.
    pub syntax: Syntax,
    /// Its content.
    pub root: Node,
}

/// A value.
#[derive(Debug)]
pub struct Node {
    /// Its bytes.
    pub span: Range<usize>,
    /// What it holds.
    pub content: Content,
}

/// What a value holds.
#[derive(Debug)]
pub enum Content {
    /// A block, an object or a mapping.
    Object(Vec<Member>),
    /// A list.
    List(Vec<Node>),
    /// A text without holes, a number or a truth value, as it is meant.
    Literal(String),
    /// A call of a function of Terraform.
    Call(String, Vec<Node>),
    /// Anything else, with the values inside of it.
    Other(Vec<Node>),
}

/// A member of an object: an attribute, a nested block, a key with its value.
#[derive(Debug)]
pub struct Member {
    /// Its name.
    pub key: String,
    /// The labels of a block.
    pub labels: Vec<String>,
    /// The bytes from the name to the end of the value.
    pub span: Range<usize>,
    /// Its value.
    pub value: Node,
}

impl Document {
    /// Reads a file; nothing when it is none of ours or does not parse.
    pub fn read(path: &str, text: String) -> Option<Self> {
        let (syntax, root) = match path.rsplit_once('.')?.1 {
            "tf" | "tfvars" => (Syntax::Hcl, hcl::parse(&text)?),
            "json" | "template" if text.contains("\"Resources\"") => (Syntax::Json, json::parse(&text)?),
            "yaml" | "yml" | "template" if text.contains("\nResources:") => {
                (Syntax::Yaml, yaml::parse(&text)?)
            }
            "sh" | "tftpl" | "tpl" => {
                (Syntax::Script, Node { span: 0..text.len(), content: Content::Other(Vec::new()) })
            }
            _ => return None,
        };
        let holds_resources = root.get("Resources").is_some_and(|m| !m.value.members().is_empty());
        (matches!(syntax, Syntax::Hcl | Syntax::Script) || holds_resources).then(|| Self {
            path: path.to_owned(),
            text,
            syntax,
            root,
        })
    }

    /// Whether it is Terraform.
    pub fn is_terraform(&self) -> bool {
        self.syntax == Syntax::Hcl
    }

    /// Whether it is a file of values for variables.
    pub fn is_values(&self) -> bool {
        self.path.ends_with(".tfvars")
    }

    /// The text of some of its bytes.
    pub fn slice(&self, span: &Range<usize>) -> &str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    /// The directory that it lies in.
    pub fn directory(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(directory, _)| directory)
    }

    /// The line of a byte, from one.
    pub fn line(&self, at: usize) -> usize {
        self.text.get(..at).map_or(0, |before| before.matches('\n').count()) + 1
    }
}

impl Node {
    /// The members of an object; none of anything else.
    pub fn members(&self) -> &[Member] {
        match &self.content {
            Content::Object(members) => members,
            _ => &[],
        }
    }

    /// The elements of a list; none of anything else.
    pub fn elements(&self) -> &[Node] {
        match &self.content {
            Content::List(elements) => elements,
            _ => &[],
        }
    }

    /// The first member of this name.
    pub fn get(&self, key: &str) -> Option<&Member> {
        self.members().iter().find(|m| m.key == key)
    }

    /// What is written there, when it is a text without holes, a number or a truth value.
    pub fn literal(&self) -> Option<&str> {
        match &self.content {
            Content::Literal(text) => Some(text),
            _ => None,
        }
    }

    /// The value of a member, when it is written out.
    pub fn literal_of(&self, key: &str) -> Option<&str> {
        self.get(key)?.value.literal()
    }

    /// The values directly inside of it.
    pub fn children(&self) -> Box<dyn Iterator<Item = &Node> + '_> {
        match &self.content {
            Content::Object(members) => Box::new(members.iter().map(|m| &m.value)),
            Content::List(nodes) | Content::Call(_, nodes) | Content::Other(nodes) => Box::new(nodes.iter()),
            Content::Literal(_) => Box::new(std::iter::empty()),
        }
    }

    /// Itself and all the values inside of it, in the order of the file.
    pub fn walk(&self) -> Vec<&Node> {
        let mut out = vec![self];
        let mut at = 0;
        while let Some(node) = out.get(at).copied() {
            out.extend(node.children());
            at += 1;
        }
        out.sort_by_key(|n| n.span.start);
        out
    }
}
