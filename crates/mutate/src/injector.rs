//! What an injector is: a mistake, the rules that should name it, and all places where it can be made.

use crate::edit::Edit;
use crate::mentions::{Mentions, identity};
use crate::project::{Project, Resource, Slot};

/// A mistake that an engineer makes.
///
/// It is found from types of resources and the shape of their arguments alone: it knows nothing of how a rule works, and asks nothing of the engine.
pub struct Injector {
    /// What it is called.
    pub id: &'static str,
    /// The rules of which at least one should say so; its recall counts for the first.
    pub rules: &'static [&'static str],
    /// What the engineer did, in the past tense.
    pub mistake: &'static str,
    /// All places of a project where it can be made.
    pub places: fn(&Sight<'_>) -> Vec<Place>,
}

/// A project under the eyes of an injector.
pub struct Sight<'p> {
    /// Its files.
    pub project: &'p Project,
    /// What names what.
    pub mentions: Mentions<'p>,
}

/// One place where a mistake can be made.
#[derive(Clone, Debug)]
pub struct Place {
    /// The file that is edited.
    pub path: String,
    /// The line of the edit.
    pub line: usize,
    /// The resource that is wrong afterwards.
    pub subject: String,
    /// It and its counterparts: a finding that names none of them is about something else.
    pub names: Vec<String>,
    /// The edits of the file.
    pub edits: Vec<Edit>,
}

impl<'p> Sight<'p> {
    /// Looks at a project.
    pub fn of(project: &'p Project) -> Self {
        Self { project, mentions: Mentions::of(project) }
    }

    /// The resources of some types.
    pub fn resources(&self, kinds: &[&str]) -> Vec<Resource<'p>> {
        self.project.resources(kinds)
    }

    /// Where the values at a path are written out: there, or where the variable or local that they name gets its value.
    pub fn written(&self, resource: &Resource<'p>, paths: &str) -> Vec<Slot<'p>> {
        resource.at(paths).into_iter().flat_map(|slot| self.project.written(slot)).collect()
    }

    /// The resources among some types that name this one in their arguments.
    pub fn users(&self, of: &Resource<'p>, kinds: &[&str], paths: &str) -> Vec<Resource<'p>> {
        self.resources(kinds).into_iter().filter(|r| self.mentions.names(r, paths, of)).collect()
    }

    /// The resources of some types that the values at a path name.
    pub fn named(&self, by: &Resource<'p>, paths: &str, kinds: &[&str]) -> Vec<Resource<'p>> {
        let named = self.mentions.at(by, paths);
        self.resources(kinds).into_iter().filter(|r| named.contains(&identity(r))).collect()
    }

    /// Whether nothing else in the project names the resource, so that it can be left out.
    pub fn is_named_by_none(&self, resource: &Resource<'p>) -> bool {
        let key = identity(resource);
        let words = resource.words();
        self.project.documents.iter().all(|document| {
            if document.is_terraform() {
                // Also outputs and `depends_on` name it.
                let elsewhere = document.text.matches(&words).count();
                !resource.document.is_terraform() || document.directory() != key.0 || elsewhere == 0
            } else {
                let quoted = document.text.matches(&words).count();
                document.path != key.0 || quoted <= 1
            }
        })
    }

    /// A place: the edits are those of the file of `document`.
    pub fn place(
        &self,
        subject: &Resource<'p>,
        at: Slot<'p>,
        edits: impl IntoIterator<Item = Edit>,
    ) -> Place {
        let mut names = vec![subject.words()];
        names.extend(self.mentions.by(subject).into_iter().map(|(_, words)| words));
        let edits: Vec<Edit> = edits.into_iter().collect();
        let start = edits.first().map_or(at.node.span.start, |e| e.span.start.max(at.node.span.start));
        Place {
            path: at.document.path.clone(),
            line: at.document.line(start),
            subject: subject.words(),
            names,
            edits,
        }
    }

    /// A place where the whole resource is left out.
    pub fn left_out(&self, resource: &Resource<'p>) -> Option<Place> {
        let edit = resource.document.without_member(resource.holder, resource.whole)?;
        let slot = Slot {
            document: resource.document,
            holder: resource.holder,
            member: Some(resource.whole),
            node: &resource.whole.value,
        };
        self.is_named_by_none(resource).then(|| self.place(resource, slot, [edit]))
    }

    /// A place where a member is left out.
    pub fn without(&self, subject: &Resource<'p>, slot: Slot<'p>) -> Option<Place> {
        let edit = match slot.member {
            Some(member) => slot.document.without_member(slot.holder, member)?,
            None => slot.document.without_element(slot.holder, slot.node)?,
        };
        Some(self.place(subject, slot, [edit]))
    }

    /// A place where a value is another literal.
    pub fn reworded(&self, subject: &Resource<'p>, slot: Slot<'p>, text: &str) -> Place {
        self.place(subject, slot, [slot.document.reword(slot.node, text)])
    }

    /// A place where a value is another expression.
    pub fn replaced(&self, subject: &Resource<'p>, slot: Slot<'p>, text: &str) -> Place {
        self.place(subject, slot, [Edit::new(slot.node.span.clone(), text)])
    }
}

impl Place {
    /// Another resource that a finding may name.
    #[must_use]
    pub fn concerning(mut self, other: &Resource<'_>) -> Self {
        self.names.push(other.words());
        self
    }
}
