//! A secret that nobody gives a value, and that something made by the same deployment reads.

use std::collections::HashMap;

use iaclint_analysis::agreement::running;
use iaclint_analysis::secret_reads::secret_reads;
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::secrets::{SecretsManagerSecret, Writers, is_read_at_once, only_reads};
use iaclint_model::{Language, ResourceId, User};
use iaclint_value::{Data, OriginId};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Warning,
    confidence: Confidence::Medium,
    summary: "a secret without a value is read by what the same deployment makes",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let model = cx.model();
    let mut readers: HashMap<ResourceId, Vec<Reader>> = HashMap::new();
    for reader in all_readers(cx) {
        readers.entry(reader.secret).or_default().push(reader);
    }
    let writers = Writers::of(model);
    for secret in model.all::<SecretsManagerSecret<'_>>() {
        let id = secret.id();
        let Some(readers @ [first, ..]) = readers.get(&id).map(Vec::as_slice) else { continue };
        if writers.count(model, id) == Some(0) && is_known_to_readers_alone(cx, id, readers) {
            report(cx, id, first);
        }
    }
}

/// What needs the value of a secret while the deployment goes on.
struct Reader {
    secret: ResourceId,
    id: ResourceId,
    origin: OriginId,
    /// The deployment itself reads it.
    deployment: bool,
    words: String,
}

fn all_readers(cx: &Check<'_, '_>) -> Vec<Reader> {
    let model = cx.model();
    let mut out = Vec::new();
    for id in model.ids() {
        model.resource(id).body.walk(&mut |value| {
            let Data::Reference(reference) = &value.data else { return };
            if is_read_at_once(model, id, reference)
                && let [secret] = model.resolve(reference)
                && *secret != id
            {
                let words = format!("{} reads it during the deployment", model.short(id));
                out.push(Reader { secret: *secret, id, origin: value.origin, deployment: true, words });
            }
        });
    }
    for running in running(model) {
        if running.service.desired_count().must(|n| *n == 0) {
            continue;
        }
        for read in secret_reads(&running.task) {
            if let Some(secret) = read.resource() {
                let words = format!(
                    "{} of {} reads it when a task starts",
                    read.container.label(),
                    model.short(running.service.id())
                );
                out.push(Reader {
                    secret,
                    id: running.task.id(),
                    origin: read.value.origin,
                    deployment: false,
                    words,
                });
            }
        }
    }
    out
}

/// Whether the secret is known to nobody who may give it a value: only to those that read it and to policies. `readers` are its own.
fn is_known_to_readers_alone(cx: &Check<'_, '_>, secret: ResourceId, readers: &[Reader]) -> bool {
    let model = cx.model();
    model.uses(secret).iter().all(|used| match used.by {
        User::Resource(by) => only_reads(model, by) || readers.iter().any(|r| r.id == by),
        User::Output(..) | User::Opaque(..) => false,
    })
}

fn report(cx: &mut Check<'_, '_>, secret: ResourceId, reader: &Reader) {
    let model = cx.model();
    let name = model.short(secret);
    let help = match model.language(secret) {
        Language::Terraform => format!(
            "add an `aws_secretsmanager_secret_version` for {name}, with a value to be replaced if need be"
        ),
        Language::Cdk => "let the secret be generated: `generateSecretString: {}`".to_owned(),
        Language::CloudFormation => format!("give {name} a `GenerateSecretString` or a `SecretString`"),
    };
    let draft = cx
        .finding(secret, format!("{name} has no value, and {}", reader.words))
        .at_span(model.resource(secret).span, "nothing in the configuration gives it a value")
        .label(cx, reader.origin, "read here")
        .related(cx, reader.id, "reads it")
        .note("a secret without a version cannot be read, until somebody writes one by hand")
        .help(help);
    let draft = match (reader.deployment, model.language(secret)) {
        // The stack is rolled back, and the secret with it: nobody can write a value in between.
        (true, Language::Cdk | Language::CloudFormation) => {
            draft.severity(Severity::Error).confidence(Confidence::High)
        }
        // Many teams write the value by hand after the first apply, to keep it out of the state.
        (true, Language::Terraform) => draft.severity(Severity::Advice).confidence(Confidence::High),
        (false, Language::Terraform) => draft.severity(Severity::Advice),
        (false, Language::Cdk | Language::CloudFormation) => draft,
    };
    draft.report(cx);
}
