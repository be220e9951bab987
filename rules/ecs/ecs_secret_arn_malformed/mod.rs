//! A secret of a container that is named in a form that ECS does not understand, or by a key that the secret does not hold.

use iaclint_analysis::secret_reads::{SecretRead, Store, secret_reads};
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::Prop;
use iaclint_model::ecs::{Secret, TaskDefinition};
use iaclint_model::secrets::secret_keys;
use iaclint_value::{Flat, OriginId, Piece, Target, Text, Value};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a container's secret is named in a form that ECS does not understand, or by a key it does not hold",
};

/// Colons in the ARN of a secret.
const ARN_COLONS: usize = 6;
/// Colons behind it before a key, a version stage and a version: all three or none.
const PART_COLONS: usize = 3;

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    for task in cx.model().all::<TaskDefinition<'_>>() {
        let reads = secret_reads(&task);
        for read in reads.iter().filter(|r| r.store == Store::SecretsManager) {
            let Some(parts) = read.value.to_text().as_ref().and_then(parts) else { continue };
            match parts.colons {
                0 => {}
                PART_COLONS => key(cx, &task, read, &parts),
                _ => form(cx, &task, read, &parts),
            }
        }
        by_name(cx, &task);
    }
}

/// What stands behind the ARN.
struct Parts {
    colons: usize,
    /// The key, where it is known.
    key: Option<String>,
    /// Whether a version is named.
    versioned: bool,
}

/// The parts behind the ARN of a secret; `None` where the text is not known well enough to count its colons.
fn parts(text: &Text) -> Option<Parts> {
    let flat = text.flatten();
    let start = if flat.text.starts_with("arn:") {
        let pieces = text.pieces().iter();
        let opaque = pieces.filter(|p| matches!(p, Piece::Hole(hole) if !is_pseudo(hole))).count();
        if opaque > 0 {
            return None;
        }
        flat.text.match_indices(':').nth(ARN_COLONS).map_or(flat.text.len(), |(at, _)| at)
    } else {
        // A whole ARN, then what is written behind it.
        match text.pieces() {
            [Piece::Hole(hole), rest @ ..]
                if hole.as_reference().is_some() && rest.iter().all(|p| matches!(p, Piece::Literal(_))) =>
            {
                Flat::HOLE.len_utf8()
            }
            _ => return None,
        }
    };
    let behind = &flat.text[start..];
    if !behind.is_empty() && !behind.starts_with(':') {
        return None;
    }
    let mut fields = behind.split(':').skip(1);
    let key = fields.next().filter(|k| !k.is_empty() && !k.contains(Flat::HOLE)).map(str::to_owned);
    let versioned = fields.any(|f| !f.is_empty());
    Some(Parts { colons: behind.matches(':').count(), key, versioned })
}

fn is_pseudo(value: &Value) -> bool {
    value.as_reference().is_some_and(|r| matches!(r.target, Target::Pseudo(_)))
}

/// ECS wants all three parts behind the ARN, or none.
fn form<'m>(cx: &mut Check<'_, 'm>, task: &TaskDefinition<'m>, read: &SecretRead<'m>, parts: &Parts) {
    let key = parts.key.clone().unwrap_or_default();
    let missing = ":".repeat(PART_COLONS.saturating_sub(parts.colons));
    let help = if missing.is_empty() {
        "write the ARN, then `:key:stage:version`; an empty part keeps its colon".to_owned()
    } else {
        format!(
            "end it with `:{key}{missing}`: the version stage and the version are empty, their colons stay"
        )
    };
    report(
        cx,
        task,
        read,
        format!(
            "{} is read from an ARN with {} behind it, where ECS wants three",
            read.purpose,
            number(parts.colons)
        ),
        "too few colons, or too many",
        help,
    );
}

fn number(parts: usize) -> String {
    if parts == 1 { "one part".to_owned() } else { format!("{parts} parts") }
}

/// The key must be in the secret.
fn key<'m>(cx: &mut Check<'_, 'm>, task: &TaskDefinition<'m>, read: &SecretRead<'m>, parts: &Parts) {
    let model = cx.model();
    let (Some(key), Some(secret), false) = (&parts.key, read.resource(), parts.versioned) else { return };
    let Some(keys) = secret_keys(model, secret) else { return };
    if keys.contains(key) || keys.is_empty() {
        return;
    }
    let name = model.short(secret);
    let list = keys.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(", ");
    let meant = iaclint_lint::closest(key, keys.iter().map(String::as_str));
    let help = match meant {
        Some(meant) => format!("read `{meant}`, or add `{key}` to {name}"),
        None => format!("add `{key}` to {name}"),
    };
    report(
        cx,
        task,
        read,
        format!("{} is read from the key `{key}`, which {name} does not hold: it has {list}", read.purpose),
        "no such key",
        help,
    );
}

fn report<'m>(
    cx: &mut Check<'_, 'm>,
    task: &TaskDefinition<'m>,
    read: &SecretRead<'m>,
    headline: String,
    label: &str,
    help: String,
) {
    let mut draft = cx
        .finding(task.id(), headline)
        .part(read.container.label())
        .identity(format!("{}:{}", read.container.label(), read.purpose))
        .at(cx, read.value.origin, label)
        .trail(cx, read.value.origin)
        .note("the task stops before its containers start");
    if let Some(secret) = read.resource() {
        draft = draft.related(cx, secret, "the secret");
    }
    draft.help(help).of_written_values().report(cx);
}

/// A name with a key behind it is taken for the name of a parameter, which has no colons.
fn by_name<'m>(cx: &mut Check<'_, 'm>, task: &TaskDefinition<'m>) {
    for container in task.containers().items {
        for secret in container.secret_variables().items {
            let (Prop::Known { value, .. }, Some(variable)) = (secret.value_from(), name_of(&secret)) else {
                continue;
            };
            let Some(written) = value.as_str() else { continue };
            let Some((name, _)) = written.split_once(':') else { continue };
            if name == "arn" || name.is_empty() {
                continue;
            }
            let origin: OriginId = value.origin;
            cx.finding(task.id(), format!("{variable} is read from `{written}`, which is neither an ARN nor the name of a parameter"))
                .part(container.label())
                .identity(format!("{}:{variable}", container.label()))
                .at(cx, origin, "a key may only stand behind the ARN of a secret")
                .trail(cx, origin)
                .note("ECS takes it for the name of a parameter and asks Systems Manager for it; the task stops before its containers start")
                .help(format!("write the whole ARN of the secret `{name}` before the key"))
                .of_written_values().report(cx);
        }
    }
}

fn name_of(secret: &Secret<'_>) -> Option<String> {
    secret.name().known().cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_behind_an_arn_is_counted() {
        let arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop-AbCdEf";
        let behind = |rest: &str| {
            let value = Value::text(&format!("{arn}{rest}"));
            parts(&value.to_text().unwrap()).unwrap()
        };
        assert_eq!(behind("").colons, 0);
        assert_eq!((behind(":password").colons, behind(":password").key.as_deref()), (1, Some("password")));
        assert_eq!((behind(":password::").colons, behind(":password::").versioned), (3, false));
        assert!(behind("::AWSPREVIOUS:").versioned);
    }
}
