//! Mistakes that only CloudFormation knows: exports, imports and circles.

use crate::document::{Document, Node, Syntax};
use crate::edit::Edit;
use crate::injector::{Injector, Place, Sight};
use crate::mentions::identity;
use crate::project::{Resource, Slot};

/// This topic's.
pub(super) const ALL: &[Injector] = &[
    Injector {
        id: "import-misspelt",
        rules: &["cfn-unresolved-import-or-export-in-use"],
        mistake: "imported an export under its name with the case of one word changed",
        places: import_misspelt,
    },
    Injector {
        id: "export-gone",
        rules: &["cfn-unresolved-import-or-export-in-use"],
        mistake: "took back an export of the CDK, which another stack still imports",
        places: export_gone,
    },
    Injector {
        id: "circle-closed",
        rules: &["cfn-circular-dependency"],
        mistake: "had a resource wait for one that names it",
        places: circle_closed,
    },
];

/// The templates of the project.
fn templates<'p>(sight: &Sight<'p>) -> impl Iterator<Item = &'p Document> + use<'p> {
    sight.project.documents.iter().filter(|d| matches!(d.syntax, Syntax::Json | Syntax::Yaml))
}

/// The exports with names that are written out: document, member of the outputs, name.
fn exports<'p>(sight: &Sight<'p>) -> Vec<(&'p Document, &'p Node, &'p crate::document::Member, &'p str)> {
    let mut out = Vec::new();
    for document in templates(sight) {
        let Some(outputs) = document.root.get("Outputs") else { continue };
        for output in outputs.value.members() {
            if let Some(export) = output.value.get("Export")
                && let Some(name) = export.value.literal_of("Name")
            {
                out.push((document, &outputs.value, output, name));
            }
        }
    }
    out
}

/// The resources with the places where they import a name that is written out.
fn imports<'p>(sight: &Sight<'p>) -> Vec<(Resource<'p>, &'p Node, &'p str)> {
    let mut out = Vec::new();
    for resource in sight.project.all().into_iter().filter(|r| !r.document.is_terraform()) {
        for node in resource.body.walk() {
            if let Some(name) = node.get("Fn::ImportValue").filter(|_| node.members().len() == 1)
                && let Some(text) = name.value.literal()
            {
                out.push((resource, &name.value, text));
            }
        }
    }
    out
}

fn import_misspelt(sight: &Sight<'_>) -> Vec<Place> {
    let exports = exports(sight);
    let mut out = Vec::new();
    for (resource, node, name) in imports(sight) {
        // What the CDK names nobody writes.
        if name.contains(":ExportsOutput") || !exports.iter().any(|(.., own)| *own == name) {
            continue;
        }
        // What stands behind the last separator begins with the other case.
        let at = name.rfind(['-', ':', '_']).map_or(0, |at| at + 1);
        let (before, word) = name.split_at(at);
        let mut letters = word.chars();
        let Some(first) = letters.next().filter(char::is_ascii_alphabetic) else { continue };
        let other =
            if first.is_ascii_uppercase() { first.to_ascii_lowercase() } else { first.to_ascii_uppercase() };
        let slot = Slot { document: resource.document, holder: node, member: None, node };
        out.push(sight.reworded(&resource, slot, &format!("{before}{other}{}", letters.as_str())));
    }
    out
}

fn export_gone(sight: &Sight<'_>) -> Vec<Place> {
    let imports = imports(sight);
    let mut out = Vec::new();
    for (document, outputs, output, name) in exports(sight) {
        let users: Vec<_> = imports.iter().filter(|(.., own)| *own == name).collect();
        let Some((user, ..)) = users.first().filter(|_| name.contains(":ExportsOutput")) else { continue };
        let Some(edit) = document.without_member(outputs, output) else { continue };
        let slot = Slot { document, holder: outputs, member: Some(output), node: &output.value };
        let mut place = sight.place(user, slot, [edit]);
        for (user, ..) in &users {
            place = place.concerning(user);
        }
        out.push(place);
    }
    out
}

/// Where neither of the two stands under a condition, and the one that is named waits for nothing yet.
fn circle_closed(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for document in templates(sight).filter(|d| d.root.get("Transform").is_none()) {
        let resources: Vec<Resource<'_>> =
            sight.project.all().into_iter().filter(|r| std::ptr::eq(r.document, document)).collect();
        for named in resources.iter().filter(|r| is_plain(r) && r.whole.value.get("DependsOn").is_none()) {
            let Some(by) = resources
                .iter()
                .find(|by| is_plain(by) && by.name != named.name && plainly_names(sight, by, named))
            else {
                continue;
            };
            let value =
                if document.syntax == Syntax::Json { format!("\"{}\"", by.name) } else { by.name.to_owned() };
            let Some(edit): Option<Edit> = document.with_member(&named.whole.value, "DependsOn", &value)
            else {
                continue;
            };
            let slot =
                Slot { document, holder: named.holder, member: Some(named.whole), node: &named.whole.value };
            out.push(sight.place(named, slot, [edit]).concerning(by));
        }
    }
    out
}

fn is_plain(resource: &Resource<'_>) -> bool {
    resource.whole.value.get("Condition").is_none()
}

/// Whether it names the other outside of what a condition decides.
fn plainly_names(sight: &Sight<'_>, by: &Resource<'_>, other: &Resource<'_>) -> bool {
    !by.document.slice(&by.whole.span).contains("Fn::If")
        && !by.document.slice(&by.whole.span).contains("!If")
        && sight.mentions.by(by).contains(&identity(other))
}
