//! A stack that works only after somebody has done something by hand.

use iaclint_analysis::by_hand::{Step, steps};
use iaclint_lint::{Check, Confidence, Draft, RuleInfo, Severity};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Advice,
    confidence: Confidence::Medium,
    summary: "a stack works only after steps that somebody does by hand",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    for steps in steps(cx.analysis).values() {
        let says_so = steps.iter().any(|step| matches!(step, Step::Instruction(_)));
        // One step alone is found by the rule for it.
        if says_so || steps.len() > 1 {
            report(cx, steps);
        }
    }
}

fn report(cx: &mut Check<'_, '_>, steps: &[Step<'_, '_>]) {
    let Some(first) = steps.first() else { return };
    let headline = match steps.len() {
        1 => "a step is left to be done by hand after every new deployment".to_owned(),
        count => format!("{count} steps are left to be done by hand after every new deployment"),
    };
    let mut draft = match first {
        Step::Record(name) => cx.finding_about_output(&name.output, headline),
        Step::Database(missing) => cx.finding(missing.definition, headline),
        Step::Instruction(output) => cx.finding_about_output(output, headline),
    };
    draft = draft.identity("steps");
    draft = match first {
        Step::Record(name) => draft.at_span(name.output.output.span, "somebody writes this into a record"),
        Step::Database(missing) => {
            draft.at(cx, missing.setting.value.origin, "somebody creates this database")
        }
        Step::Instruction(output) => draft.at_span(output.output.span, "this says what to do"),
    };
    for step in steps.iter().skip(1) {
        draft = match step {
            Step::Record(name) => {
                draft.label_span(name.output.output.span, "somebody writes this into a record")
            }
            Step::Database(missing) => {
                draft.label(cx, missing.setting.value.origin, "somebody creates this database")
            }
            Step::Instruction(output) => draft.label_span(output.output.span, "this says what to do"),
        };
    }
    for step in steps {
        draft = note(cx, draft, step);
    }
    draft
        .help("let the configuration do it: an alias record, a one-time task that creates the database, a generated secret")
        .report(cx);
}

fn note(cx: &Check<'_, '_>, draft: Draft, step: &Step<'_, '_>) -> Draft {
    let model = cx.model();
    match step {
        Step::Record(name) => draft.note(format!(
            "a record for {} is to be changed by hand whenever it is made again",
            model.short(name.load_balancer)
        )),
        Step::Database(missing) => draft.note(format!(
            "the database `{}` on {} is to be created by hand, and {} to be started again after it",
            missing.name,
            model.short(missing.server),
            model.short(missing.client)
        )),
        Step::Instruction(output) => draft.note(format!("{} tells what is to be done", output.address)),
    }
}
