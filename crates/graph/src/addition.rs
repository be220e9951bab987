//! Properties that a fix writes where there are none: what is meant, without the syntax of a language.

use iaclint_source::Span;

use crate::Language;

/// A value that a fix writes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Scalar {
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A text without quotes, escapes or interpolation in it.
    Text(String),
}

impl From<bool> for Scalar {
    fn from(bool: bool) -> Self {
        Scalar::Bool(bool)
    }
}

impl From<i64> for Scalar {
    fn from(int: i64) -> Self {
        Scalar::Int(int)
    }
}

impl From<&str> for Scalar {
    fn from(text: &str) -> Self {
        Scalar::Text(text.to_owned())
    }
}

impl std::fmt::Display for Scalar {
    /// As it is written in Terraform, JSON and YAML alike.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Scalar::Bool(bool) => write!(f, "{bool}"),
            Scalar::Int(int) => write!(f, "{int}"),
            Scalar::Text(text) => write!(f, "\"{text}\""),
        }
    }
}

/// Properties that are to be written into a resource or a part of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Addition {
    /// Whose syntax.
    pub language: Language,
    /// In Terraform all of the block that gets them, or the first name in it; in a template the first key of the object that gets them.
    pub at: Span,
    /// Their paths below that place, and their values. The last name of a path is the property, the ones before are blocks or objects which are not there.
    pub properties: Vec<(Vec<String>, Scalar)>,
}

impl Addition {
    /// The properties by the first name of their paths, in order: a value, or what stands below that name.
    pub fn grouped(properties: &[(Vec<String>, Scalar)]) -> Vec<(&str, Content)> {
        let mut out: Vec<(&str, Content)> = Vec::new();
        for (path, value) in properties {
            match &path[..] {
                [] => {}
                [name] => out.push((name, Content::Value(value.clone()))),
                [name, rest @ ..] => {
                    let below = (rest.to_vec(), value.clone());
                    match out.iter_mut().find(|(n, _)| n == name) {
                        Some((_, Content::Below(list))) => list.push(below),
                        Some(_) => {}
                        None => out.push((name, Content::Below(vec![below]))),
                    }
                }
            }
        }
        out
    }
}

/// What stands under a name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Content {
    /// A value.
    Value(Scalar),
    /// More properties, by their paths from here.
    Below(Vec<(Vec<String>, Scalar)>),
}
