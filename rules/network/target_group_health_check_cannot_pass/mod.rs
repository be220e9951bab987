//! A health check that no target can pass, or that AWS refuses.

use iaclint_lint::{Check, Confidence, Fix, RuleInfo, Safety, Severity};
use iaclint_model::lb::TargetGroup;
use iaclint_model::{Entity, Field, Language, Prop};

const CHECK_PROTOCOL: Field = TargetGroup::TABLE.field("health_check_protocol");

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "no target can pass the health check of its target group",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    for group in cx.model().all::<TargetGroup<'_>>() {
        timeout(cx, &group);
        protocol(cx, &group);
    }
}

fn is_http(protocol: &str) -> bool {
    protocol == "HTTP" || protocol == "HTTPS"
}

/// A check that would begin again before it is over. Network load balancers take equal numbers.
fn timeout<'m>(cx: &mut Check<'_, 'm>, group: &TargetGroup<'m>) {
    let (timeout, interval) = (group.health_check_timeout(), group.interval());
    let (Prop::Known { value: wait, origin, .. }, Prop::Known { value: every, .. }) = (&timeout, &interval)
    else {
        return;
    };
    if wait < every || !group.protocol().must(|p| is_http(p)) {
        return;
    }
    let name = cx.model().short(group.id());
    let mut draft = cx
        .finding(
            group.id(),
            format!(
                "the health check of {name} may take {wait} s and begins every {every} s, which is refused"
            ),
        )
        .identity("timeout")
        .at(cx, *origin, format!("{wait} s for one check"));
    if interval.written_value().is_some() {
        draft = draft.label(cx, interval.origin(), format!("a check every {every} s"));
    }
    draft
        .trail(cx, *origin)
        .note("Health check interval must be greater than the timeout")
        .help(format!("raise the interval of {name} above {wait} s, or lower the timeout"))
        .report(cx);
}

/// Whether a matcher takes an answer: `200`, `200,302`, `200-399`.
fn takes(matcher: &str, code: u16) -> bool {
    matcher.split(',').any(|part| {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        matches!((from.trim().parse::<u16>(), to.trim().parse::<u16>()), (Ok(from), Ok(to)) if (from..=to).contains(&code))
    })
}

/// A check that speaks TLS to a port that gets plain HTTP, or the other way round.
fn protocol<'m>(cx: &mut Check<'_, 'm>, group: &TargetGroup<'m>) {
    let (own, checked) = (group.protocol(), group.health_check_protocol());
    let (Prop::Known { value: own, origin: own_origin, .. }, Some(check)) = (own, checked.written_value())
    else {
        return;
    };
    let port = group.health_check_port();
    let same_port = port.is_absent()
        || port.must(|p| p == "traffic-port")
        || port.known().zip(group.port().known()).is_some_and(|(a, b)| *a == b.to_string());
    if !same_port || own == *check || !is_http(&own) || !is_http(check) {
        return;
    }
    // A matcher that takes 400 counts on the answer of a TLS server to plain HTTP.
    if group.matcher().may(|m| takes(m, 400)) {
        return;
    }
    let (speaks, listens) = if check == "HTTPS" { ("TLS", "plain HTTP") } else { ("plain HTTP", "TLS") };
    let name = cx.model().short(group.id());
    let field = match cx.model().language(group.id()) {
        Language::Terraform => "protocol",
        Language::CloudFormation | Language::Cdk => "HealthCheckProtocol",
    };
    let title = format!("check over {own}");
    let fix = Fix::set(cx, Safety::Unsafe, title, group, &[(CHECK_PROTOCOL, own.as_str().into())]);
    cx.finding(
        group.id(),
        format!("the health check of {name} speaks {speaks} to targets that get {listens} on the same port"),
    )
    .severity(Severity::Warning)
    .identity("protocol")
    .at(cx, checked.origin(), format!("the check speaks {speaks}"))
    .label(cx, own_origin, format!("requests are sent as {listens}"))
    .note("a port serves either; unless the server does both, no target becomes healthy")
    .fix(fix)
    .help(format!("set `{field}` of the health check to {own}, or give the check a port of its own"))
    .report(cx);
}
