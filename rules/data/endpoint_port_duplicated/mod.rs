//! An address that already ends in its port, with a port added behind it.

use std::ops::Range;

use iaclint_analysis::secret_reads::brought;
use iaclint_lint::{Check, Confidence, Fix, RuleInfo, Safety, Severity};
use iaclint_model::ecs::TaskDefinition;
use iaclint_model::endpoints::Endpoint;
use iaclint_model::secrets::{keeps_in_secrets_manager, written_members};
use iaclint_model::workload::{Setting, settings};
use iaclint_model::{Model, ResourceId};
use iaclint_value::{Data, Flat, OriginId, Piece, Reference, Text, Value};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "an address that already carries its port is followed by another port",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let model = cx.model();
    for id in model.ids() {
        let resource = model.resource(id);
        let Some(body) = resource.body.as_object() else { continue };
        for (attribute, _, value) in &body.fields {
            let mut texts: Vec<(&Value, &Text)> = Vec::new();
            value.walk(&mut |v| {
                if let Data::Text(text) = &v.data
                    && text.pieces().len() > 1
                {
                    texts.push((v, text));
                }
            });
            for (value, text) in texts {
                for doubled in doubled(model, text) {
                    report_text(cx, id, attribute, value, text, &doubled);
                }
            }
        }
    }
    let mut seen: Vec<OriginId> = Vec::new();
    for (definition, settings) in configured(cx) {
        for setting in &settings {
            for value in brought(model, setting) {
                let given = Setting { value, ..setting.clone() };
                let Some((host, kind)) = host_setting_with_port(model, &given) else { continue };
                let Some(port) = port_setting(&settings, setting) else { continue };
                // What a secret says by itself is said of the secret.
                let is_read = !std::ptr::eq(value, setting.value);
                if is_read && seen.contains(&value.origin) {
                    continue;
                }
                seen.push(value.origin);
                report_setting(cx, definition, &given, port, host, kind);
            }
        }
    }
}

/// Everything that has settings: functions, task definitions whether a service runs them or a schedule does, secrets that are JSON.
fn configured<'m>(cx: &Check<'_, 'm>) -> Vec<(ResourceId, Vec<Setting<'m>>)> {
    let tasks =
        cx.model().all::<TaskDefinition<'m>>().into_iter().map(|task| (task.id(), settings(&task).items));
    let others = cx.analysis.workloads().iter().filter(|w| w.task.is_none());
    let others = others.map(|w| (w.definition, w.settings.items.clone()));
    written_members(cx.model()).into_iter().chain(tasks).chain(others).collect()
}

/// An address in a text with more ports behind it than one.
struct Doubled<'m> {
    /// The hole that holds the address.
    hole: &'m Value,
    /// What it refers to.
    address: &'m Reference,
    /// Whether the attribute itself ends in a port.
    kind: Endpoint,
    /// The surplus port in the flattened text, with its colon.
    surplus: Range<usize>,
}

/// Every address in a text that is followed by one port too many.
fn doubled<'m>(model: &'m Model<'m>, text: &'m Text) -> Vec<Doubled<'m>> {
    let flat = text.flatten();
    let mut out = Vec::new();
    for (at, char) in flat.text.char_indices() {
        if char != Flat::HOLE {
            continue;
        }
        let Some(Piece::Hole(hole)) = flat.hole_at(at).and_then(|index| text.pieces().get(index)) else {
            continue;
        };
        let Some(address) = hole.as_reference() else { continue };
        let Some(kind) = model.endpoint_kind(address) else { continue };
        // An address in digits may be one to publish a port on: `-p ${ip}:8080:80`.
        if !matches!(kind, Endpoint::Host | Endpoint::HostPort) {
            continue;
        }
        let mut ports = usize::from(kind.ends_in_port());
        let mut end = at + char.len_utf8();
        while let Some(next) = port_at(model, text, &flat, end) {
            ports += 1;
            if ports > 1 {
                out.push(Doubled { hole, address, kind, surplus: end..next });
                break;
            }
            end = next;
        }
    }
    out
}

/// The end of a `:port` that starts at this offset: digits, or a hole that holds a port.
fn port_at<'m>(model: &'m Model<'m>, text: &'m Text, flat: &Flat, at: usize) -> Option<usize> {
    let rest = flat.text.get(at..)?.strip_prefix(':')?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    if digits > 0 {
        // `:2024_shop` is a name that begins with digits.
        let ends = !rest[digits..].starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-');
        return ends.then_some(at + 1 + digits);
    }
    let Some(Piece::Hole(hole)) = flat.hole_at(at + 1).and_then(|index| text.pieces().get(index)) else {
        return None;
    };
    let kind = model.endpoint_kind(hole.as_reference()?)?;
    (kind == Endpoint::Port).then_some(at + 1 + Flat::HOLE.len_utf8())
}

fn report_text(
    cx: &mut Check<'_, '_>,
    id: ResourceId,
    attribute: &str,
    value: &Value,
    text: &Text,
    doubled: &Doubled<'_>,
) {
    let model = cx.model();
    let setting = setting_around(cx, id, value);
    let what = setting.as_ref().map_or_else(|| format!("`{attribute}`"), |(name, _)| name.clone());
    let flat = text.flatten();
    let hole_words = carries(doubled);
    let server = match model.endpoint(doubled.address) {
        Some((server, _)) => model.plain_name(server),
        None => doubled.address.target.to_string(),
    };
    let mut draft =
        cx.finding(id, format!("{what} carries the port twice")).identity(format!("{what}:{server}"));
    let surplus = text.span(&flat, doubled.surplus.clone()).or_else(|| model.origins().span(value.origin));
    draft = match surplus {
        Some(span) => {
            draft.at_span(span, "and the port is added again here").label(cx, doubled.hole.origin, hole_words)
        }
        None => draft.at(cx, doubled.hole.origin, hole_words),
    };
    if let Some((_, Some(container))) = setting {
        draft = draft.part(container);
    }
    draft
        .fix(fix(cx, text, doubled))
        .trail(cx, doubled.hole.origin)
        .note(format!("the application is given {}", around(&value.display(), &doubled.hole.display())))
        .help(advice(cx, doubled))
        .of_written_values()
        .report(cx);
}

/// Takes the surplus port away where the text itself says it; else uses the host, where the reference stands in the text.
fn fix(cx: &Check<'_, '_>, text: &Text, doubled: &Doubled<'_>) -> Option<Fix> {
    let flat = text.flatten();
    let surplus = flat.text.get(doubled.surplus.clone())?;
    if let Some(span) = text.span(&flat, doubled.surplus.clone())
        && cx.model().sources().file(span.file).slice(span) == surplus
    {
        return Fix::replace(cx, Safety::Safe, format!("take `{surplus}` away"), span, "");
    }
    host_instead(cx, doubled.hole, doubled.address)
}

/// The attribute that is the host alone, where the reference is written. What else reads it from there gets the host too.
fn host_instead(cx: &Check<'_, '_>, value: &Value, address: &Reference) -> Option<Fix> {
    let model = cx.model();
    let host = model.host_of(address)?;
    let span = model.origins().root_span(value.origin)?;
    let file = model.sources().file(span.file);
    let written = file.slice(span);
    let whole = address.to_string();
    // Inside a module the address stands without the module's name.
    let before = whole.strip_suffix(written)?;
    let (resource, _) = written.rsplit_once('.').filter(|_| before.is_empty() || before.ends_with('.'))?;
    let (_, attribute) = host.rsplit_once('.')?;
    let instead = format!("{resource}.{attribute}");
    Fix::replace(cx, Safety::Unsafe, format!("use `{instead}`"), span, instead.clone())
}

/// The word of a long text that holds the address; a short text as it is.
fn around<'t>(text: &'t str, address: &str) -> &'t str {
    const SHORT: usize = 120;
    let Some(at) = text.find(address).filter(|_| text.len() > SHORT) else { return text };
    let divides = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '=' | ',' | ';');
    let start =
        text[..at].rfind(divides).map_or(0, |i| i + text[i..].chars().next().map_or(1, char::len_utf8));
    let end = at + address.len();
    let end = text[end..].find(divides).map_or(text.len(), |i| end + i);
    &text[start..end]
}

fn carries(doubled: &Doubled<'_>) -> String {
    let name = doubled.hole.as_reference().map(ToString::to_string).unwrap_or_default();
    if doubled.kind.ends_in_port() {
        format!("this is {name}, which ends in its port")
    } else {
        format!("this is {name}, and its port follows at once")
    }
}

/// What to type: the attribute that is the host alone, at the place where the reference is written; or drop the port.
fn advice(cx: &Check<'_, '_>, doubled: &Doubled<'_>) -> String {
    let model = cx.model();
    let place = model.origins().root_span(doubled.hole.origin);
    let place = place.map(|span| format!(" in {}", model.sources().line(span))).unwrap_or_default();
    match model.host_of(doubled.address) {
        Some(host) if doubled.kind.ends_in_port() => {
            format!("use `{host}`{place}, or remove the port behind the address")
        }
        _ => "remove one of the two ports: the address is already followed by its port".to_owned(),
    }
}

/// The environment variable whose value this is, with its container.
fn setting_around(cx: &Check<'_, '_>, id: ResourceId, value: &Value) -> Option<(String, Option<String>)> {
    let model = cx.model();
    let settings = match model.get::<TaskDefinition<'_>>(id) {
        Some(task) => settings(&task).items,
        None => cx
            .analysis
            .workloads()
            .iter()
            .filter(|w| w.definition == id)
            .flat_map(|w| w.settings.items.clone())
            .collect(),
    };
    for setting in settings {
        let mut inside = false;
        setting.value.walk(&mut |v| inside |= std::ptr::eq(v, value));
        if inside {
            return Some((setting.name.clone()?, setting.container.map(|c| c.label())));
        }
    }
    None
}

/// Whether a setting is called like a host, and holds `host:port`.
fn host_setting_with_port<'m>(
    model: &'m Model<'m>,
    setting: &Setting<'m>,
) -> Option<(&'m Reference, Endpoint)> {
    family(setting.name.as_deref()?, &HOST_WORDS)?;
    let text = setting.value.to_text()?;
    let pieces = text.pieces();
    let reference = setting.value.as_reference().or_else(|| match pieces.first() {
        Some(Piece::Hole(Value { data: Data::Reference(reference), .. })) => match &setting.value.data {
            Data::Text(_) => Some(reference),
            _ => None,
        },
        _ => None,
    });
    // The reference must live as long as the model: it is looked up in the value itself.
    let reference =
        reference.and_then(|wanted| setting.value.references().into_iter().find(|r| ***r == *wanted))?;
    let kind = model.endpoint_kind(reference)?;
    if pieces.len() == 1 {
        return kind.ends_in_port().then_some((reference, kind));
    }
    // As one text: a join has the colon and the port in pieces of their own.
    let flat = text.flatten();
    let behind = flat.text.strip_prefix(Flat::HOLE).and_then(|rest| rest.strip_prefix(':'))?;
    let is_hole = behind.strip_prefix(Flat::HOLE).is_some_and(str::is_empty);
    let ends_in_port = is_hole || !behind.is_empty() && behind.bytes().all(|b| b.is_ascii_digit());
    (kind == Endpoint::Host && ends_in_port).then_some((reference, kind))
}

const HOST_WORDS: [&str; 4] = ["HOST", "HOSTNAME", "SERVER", "ADDRESS"];

/// The family of a setting's name: `POSTGRES` of `POSTGRES_HOST`.
fn family<'n>(name: &'n str, words: &[&str]) -> Option<&'n str> {
    words.iter().find_map(|word| {
        let stem = name.len().checked_sub(word.len()).filter(|at| name.is_char_boundary(*at))?;
        name[stem..].eq_ignore_ascii_case(word).then(|| name[..stem].trim_end_matches(['_', '-', '.']))
    })
}

/// The port setting of the same family in the same container.
fn port_setting<'a, 'm>(settings: &'a [Setting<'m>], host: &Setting<'m>) -> Option<&'a Setting<'m>> {
    let stem = family(host.name.as_deref()?, &HOST_WORDS)?;
    let container = |s: &Setting<'_>| s.container.map(|c| c.origin());
    settings.iter().find(|s| {
        container(s) == container(host)
            && s.name
                .as_deref()
                .and_then(|n| family(n, &["PORT"]))
                .is_some_and(|f| f.eq_ignore_ascii_case(stem))
    })
}

fn report_setting(
    cx: &mut Check<'_, '_>,
    id: ResourceId,
    setting: &Setting<'_>,
    port: &Setting<'_>,
    address: &Reference,
    kind: Endpoint,
) {
    let model = cx.model();
    let name = setting.name.clone().unwrap_or_default();
    let port_name = port.name.clone().unwrap_or_default();
    let help = match model.host_of(address) {
        Some(host) if kind.ends_in_port() => format!("set {name} to `{host}`"),
        _ => format!("leave the port out of {name}: {port_name} carries it"),
    };
    let fix = host_instead(cx, setting.value, address).filter(|_| kind.ends_in_port());
    let mut draft = cx
        .finding(id, format!("{name} holds a port although {port_name} stands beside it"))
        .confidence(Confidence::Medium)
        .identity(format!("{name}:{port_name}"))
        .at(cx, setting.value.origin, format!("this is {}, a host with its port", setting.value.display()))
        .label(cx, port.value.origin, "the port is given here as well")
        .trail(cx, setting.value.origin)
        .note("a client that joins the two asks for a host name with a port in it")
        .fix(fix)
        .help(help);
    if let Some(container) = setting.container {
        draft = draft.part(container.label());
    } else if keeps_in_secrets_manager(&model.resource(id).type_name) {
        // Who reads a secret may take something else of it.
        draft = draft.severity(Severity::Warning);
    }
    draft.of_written_values().report(cx);
}
