//! Conditions of policy statements: whether they hold for a request, as far as the configuration decides.

use iaclint_value::Value;

use crate::Answer;
use crate::Model;
use crate::arn::Arn;
use crate::policy::one_or_many;

/// What is known of a request besides who does what: `aws:SourceArn`, `iam:PassedToService`. Whatever is not named is not known.
#[derive(Clone, Debug, Default)]
pub struct Context {
    entries: Vec<(&'static str, Arn)>,
}

impl Context {
    /// What is so of all requests: the clients of AWS encrypt.
    pub fn new() -> Self {
        Self::default().with("aws:SecureTransport", Arn::of_text("true"))
    }

    /// The same with a key that the request has this value of.
    #[must_use]
    pub fn with(mut self, key: &'static str, value: Arn) -> Self {
        self.entries.push((key, value));
        self
    }

    fn get(&self, key: &str) -> Option<&Arn> {
        self.entries.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value)
    }
}

/// Whether all conditions of a statement hold.
pub(crate) fn holds<'m>(model: &'m Model<'m>, conditions: &'m Value, context: &Context) -> Answer {
    let Some(operators) = conditions.as_object() else { return Answer::Maybe };
    let least = if operators.complete { Answer::Yes } else { Answer::Maybe };
    operators.fields.iter().fold(least, |all, (operator, _, keys)| {
        let Some(keys) = keys.as_object() else { return all.min(Answer::Maybe) };
        let all = if keys.complete { all } else { all.min(Answer::Maybe) };
        keys.fields
            .iter()
            .fold(all, |all, (key, _, values)| all.min(test(model, operator, context.get(key), values)))
    })
}

fn test<'m>(model: &'m Model<'m>, operator: &str, asked: Option<&Arn>, values: &'m Value) -> Answer {
    let Some(asked) = asked else { return Answer::Maybe };
    let operator = operator.strip_suffix("IfExists").unwrap_or(operator);
    let (negated, exact) = match operator {
        "StringLike" | "ArnLike" | "ArnEquals" => (false, false),
        "StringNotLike" | "ArnNotLike" | "ArnNotEquals" => (true, false),
        "StringEquals" | "StringEqualsIgnoreCase" | "Bool" => (false, true),
        "StringNotEquals" | "StringNotEqualsIgnoreCase" => (true, true),
        _ => return Answer::Maybe,
    };
    let (items, complete) = one_or_many(values);
    let least = if complete { Answer::No } else { Answer::Maybe };
    let any = items.into_iter().fold(least, |any, item| {
        let pattern = Arn::of_value(model, item);
        // Where wildcards are plain characters they match nothing that is asked for; whoever wrote them meant something else.
        any.max(if exact && pattern.has_wildcard() { Answer::Maybe } else { pattern.covers(asked) })
    });
    match (negated, any) {
        (false, any) => any,
        (true, Answer::Yes) => Answer::No,
        (true, Answer::Maybe) => Answer::Maybe,
        (true, Answer::No) => Answer::Yes,
    }
}

#[cfg(test)]
mod tests {
    use iaclint_graph::Graph;
    use iaclint_source::Sources;
    use iaclint_value::OriginId;

    use super::*;

    fn answer(operator: &str, key: &str, value: &str) -> Answer {
        let (graph, sources) = (Graph::new(Vec::new()), Sources::default());
        let model = Model::new(&graph, &sources);
        let object = |name: &str, value| Value::object([(name.into(), value)], OriginId::NONE);
        let conditions = object(operator, object(key, Value::text(value)));
        let context = Context::new().with("aws:SourceArn", Arn::of_text("arn:aws:s3:::a"));
        holds(&model, &conditions, &context)
    }

    #[test]
    fn a_condition_on_the_source_is_decided() {
        assert_eq!(answer("ArnLike", "aws:SourceArn", "arn:aws:s3:::*"), Answer::Yes);
        assert_eq!(answer("ArnEquals", "AWS:sourcearn", "arn:aws:s3:::b"), Answer::No);
        assert_eq!(answer("ArnNotLike", "aws:SourceArn", "arn:aws:s3:::b"), Answer::Yes);
        assert_eq!(answer("StringEqualsIfExists", "aws:SourceArn", "arn:aws:s3:::a"), Answer::Yes);
    }

    #[test]
    fn requests_are_encrypted() {
        assert_eq!(answer("Bool", "aws:SecureTransport", "false"), Answer::No);
        assert_eq!(answer("Bool", "aws:SecureTransport", "true"), Answer::Yes);
    }

    #[test]
    fn a_condition_on_what_is_not_known_is_open() {
        assert_eq!(answer("StringEquals", "aws:SourceVpce", "vpce-1"), Answer::Maybe);
        assert_eq!(answer("DateLessThan", "aws:SourceArn", "2020-01-01"), Answer::Maybe);
        assert_eq!(answer("StringEquals", "aws:SourceArn", "arn:aws:s3:::*"), Answer::Maybe);
    }
}
