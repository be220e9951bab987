//! A value that a stack takes from another one under a name that is not exported, or that cannot change while it is taken.

use iaclint_analysis::exports::{Taken, Unresolved, lacks_output, names, taken, unresolved};
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_value::Name;

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "a stack imports what no stack exports, or what changes with every update of the exporting stack",
};

/// Attributes that are another one after every change of their resource.
const FLEETING: [(&str, &str); 8] = [
    ("AWS::ECS::TaskDefinition", "Ref"),
    ("AWS::ECS::TaskDefinition", "TaskDefinitionArn"),
    ("AWS::Lambda::LayerVersion", "Ref"),
    ("AWS::Lambda::LayerVersion", "LayerVersionArn"),
    ("AWS::Lambda::Version", "Ref"),
    ("AWS::Lambda::Version", "FunctionArn"),
    ("AWS::Lambda::Version", "Version"),
    ("AWS::EC2::LaunchTemplate", "LatestVersionNumber"),
];

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let names = names(cx.model());
    for import in unresolved(cx.model()) {
        not_exported(cx, &import, &names);
    }
    for taken in taken(cx.model()) {
        let type_name = cx.model().resource(taken.of).type_name.as_str();
        if FLEETING.contains(&(type_name, taken.attribute.as_str())) {
            in_use(cx, &taken);
        }
    }
}

/// An import of a name that nobody exports is of a stack elsewhere, unless its name says that the stack is here, or it is misspelt.
fn not_exported(cx: &mut Check<'_, '_>, import: &Unresolved, names: &[&Name]) {
    let name = &import.name;
    let meant = names.iter().find(|known| plain(known) == plain(name));
    let draft = if let Some(meant) = meant {
        cx.finding(import.id, format!("nothing is exported as `{name}`, while `{meant}` is"))
            .help(format!("import `{meant}`"))
    } else if let Some((stack, output)) = made_by_cdk(name)
        && (lacks_output(cx.model(), import.id, stack, output)
            || names.iter().any(|n| made_by_cdk(n).is_some_and(|(s, _)| s == stack)))
    {
        cx.finding(import.id, format!("the stack {stack} does not export `{name}`"))
            .note("the CDK makes exports of this form by itself, and the stack is here without this one")
            .help(format!("synthesize both stacks again, or keep the export in {stack}: `exportValue`"))
    } else {
        return;
    };
    draft
        .identity(name.to_string())
        .at(cx, import.origin, "imported under this name")
        .trail(cx, import.origin)
        .report(cx);
}

/// A name without case and separators.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// The stack and the output in the name of an export that the CDK makes by itself: `Network:ExportsOutputRefVpc8378EB38`.
fn made_by_cdk(name: &str) -> Option<(&str, &str)> {
    name.split_once(':').filter(|(_, output)| output.starts_with("ExportsOutput"))
}

fn in_use(cx: &mut Check<'_, '_>, taken: &Taken) {
    let model = cx.model();
    let (of, by, name) = (model.short(taken.of), model.short(taken.by), &taken.name);
    cx.finding(
        taken.of,
        format!("{of} cannot change any more: {by} of another stack imports its `{}`", taken.attribute),
    )
    .severity(Severity::Warning)
    .identity(name.to_string())
    .at(cx, taken.origin, format!("exported as `{name}`"))
    .related(cx, taken.by, "imports it")
    .note("every change makes a new one, and an export that is imported must stay as it is")
    .help(format!(
        "hand it over by a parameter of Systems Manager instead, or move {of} into the stack that uses it"
    ))
    .report(cx);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_the_cdk_tells_its_stack() {
        let parts = Some(("Network", "ExportsOutputRefVpc8378EB38"));
        assert_eq!(made_by_cdk("Network:ExportsOutputRefVpc8378EB38"), parts);
        assert_eq!(made_by_cdk("network-vpc"), None);
        assert_eq!(plain("Network-VpcId"), plain("network:vpc_id"));
    }
}
