//! From an error text to the rules that explain it: what the rules' pages quote and what whole classes of faults print, compared by its words.

use std::collections::{BTreeMap, BTreeSet};

use iaclint_lint::Rule;
use serde::Deserialize;

/// A rule with how well an error text fits what its page quotes, from 0 to 1.
#[derive(Clone, Copy, Debug)]
pub struct Match {
    /// The rule.
    pub rule: &'static Rule,
    /// How well it fits.
    pub score: f64,
}

/// Below this a likeness is chance.
const THRESHOLD: f64 = 0.3;

/// What is said on a page beside its quotations counts this much.
const PROSE: f64 = 0.5;

/// What the rules of a class lose from one to the next: its file names the likeliest first.
const STEP: f64 = 0.005;

/// Rare words that have to be shared for a likeness to count half.
const HALF: f64 = 4.0;

type Words = BTreeSet<String>;

/// What more than one rule explains.
const CLASSES: &str = include_str!("../data/symptoms.toml");

#[derive(Deserialize)]
struct Classes {
    class: Vec<Class>,
}

/// A class of faults that look the same from outside.
#[derive(Deserialize)]
struct Class {
    phrases: Vec<String>,
    rules: Vec<String>,
}

fn classes() -> Vec<Class> {
    // The file is a part of the program, and a test reads it.
    toml::from_str::<Classes>(CLASSES).map(|c| c.class).unwrap_or_default()
}

/// What is known of a rule: the texts that lead to it, each with how much it counts, and what is said beside them.
#[derive(Debug)]
struct Page {
    rule: &'static Rule,
    quotations: Vec<(Words, f64)>,
    prose: Words,
}

/// What the pages of rules quote.
#[derive(Debug)]
pub struct Symptoms {
    pages: Vec<Page>,
    /// In how many texts a word stands.
    frequency: BTreeMap<String, usize>,
    texts: usize,
}

impl Symptoms {
    /// Reads the pages.
    pub fn new(rules: &'static [Rule]) -> Self {
        let mut symptoms = Self { pages: Vec::new(), frequency: BTreeMap::new(), texts: 0 };
        let classes = classes();
        for rule in rules {
            let own = quotations(rule.page).into_iter().map(|q| (words(&q), 1.0));
            let mut quotations: Vec<(Words, f64)> = own.filter(|(words, _)| words.len() > 1).collect();
            for class in &classes {
                if let Some(place) = class.rules.iter().position(|id| id == rule.id) {
                    let counts = 1.0 - STEP * f64::from(u32::try_from(place).unwrap_or(u32::MAX));
                    quotations.extend(class.phrases.iter().map(|phrase| (words(phrase), counts)));
                }
            }
            let prose = words(&format!("{} {}", rule.id.replace('-', " "), section(rule.page)));
            for text in quotations.iter().map(|(words, _)| words).chain([&prose]) {
                symptoms.texts += 1;
                for word in text {
                    *symptoms.frequency.entry(word.clone()).or_default() += 1;
                }
            }
            symptoms.pages.push(Page { rule, quotations, prose });
        }
        symptoms
    }

    /// The rules that explain an error text or a line of a log, best first.
    pub fn explain(&self, error: &str) -> Vec<Match> {
        let asked = words(error);
        let mut out: Vec<Match> = self
            .pages
            .iter()
            .map(|page| {
                let quoted =
                    page.quotations.iter().map(|(q, counts)| self.likeness(&asked, q, true) * counts);
                let said = self.likeness(&asked, &page.prose, false) * PROSE;
                Match { rule: page.rule, score: quoted.fold(said, f64::max) }
            })
            .filter(|m| m.score >= THRESHOLD)
            .collect();
        out.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.rule.id.cmp(b.rule.id)));
        out
    }

    /// How much of one text stands in the other, weighed by how rare the words are. A long line of a log holds a whole quotation; a few words
    /// that someone remembers are held by one.
    fn likeness(&self, asked: &Words, text: &Words, both_ways: bool) -> f64 {
        let weight = |words: &Words| words.iter().map(|w| self.weight(w)).sum::<f64>();
        let shared: f64 = asked.intersection(text).map(|w| self.weight(w)).sum();
        let of_asked = shared / weight(asked).max(f64::MIN_POSITIVE);
        let of_text = if both_ways { shared / weight(text).max(f64::MIN_POSITIVE) } else { 0.0 };
        of_asked.max(of_text) * shared / (shared + HALF)
    }

    fn weight(&self, word: &str) -> f64 {
        let frequency = self.frequency.get(word).copied().unwrap_or(1);
        #[expect(clippy::cast_precision_loss, reason = "there are thousands of texts, not more")]
        let ratio = self.texts as f64 / frequency as f64;
        ratio.ln()
    }
}

/// What a page quotes of other programs where it tells what breaks: fences, quoted paragraphs, code in the text.
fn quotations(page: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut fenced = false;
    let mut open = false;
    for line in section(page).lines() {
        let quoted = line.strip_prefix('>');
        if line.starts_with("```") {
            fenced = !fenced;
        } else if fenced {
            out.push(line.to_owned());
        } else if let Some(words) = quoted {
            match out.last_mut().filter(|_| open && !words.trim().is_empty()) {
                Some(last) => last.push_str(words),
                None => out.push(words.to_owned()),
            }
        } else {
            out.extend(line.split('`').skip(1).step_by(2).map(str::to_owned));
        }
        open = quoted.is_some_and(|words| !words.trim().is_empty());
    }
    out
}

/// The section of a page that tells what breaks.
fn section(page: &str) -> String {
    let lines = page.lines().skip_while(|l| *l != "## What breaks").skip(1);
    lines.take_while(|l| !l.starts_with("## ")).collect::<Vec<_>>().join("\n")
}

/// The words of a text that mean something: not the ids, times and addresses of one run.
fn words(text: &str) -> Words {
    let of_one_run = |word: &str| {
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        digits > 0 && (word.len() > 6 || digits < word.len() && digits > 2)
    };
    text.split(|c: char| !c.is_alphanumeric())
        .map(str::to_lowercase)
        .filter(|word| word.len() > 2 && !of_one_run(word))
        .filter(|word| {
            !matches!(word.as_str(), "the" | "and" | "for" | "not" | "was" | "has" | "arn" | "aws")
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use iaclint_rules::RULES;

    use super::*;

    fn best(error: &str) -> Vec<&'static str> {
        Symptoms::new(RULES).explain(error).iter().map(|m| m.rule.id).collect()
    }

    #[test]
    fn the_error_that_a_page_quotes_leads_to_its_rule() {
        let symptoms = Symptoms::new(RULES);
        for rule in RULES {
            for quotation in quotations(rule.page).iter().filter(|q| words(q).len() > 3) {
                let found = symptoms.explain(quotation);
                let place = found.iter().position(|m| m.rule.id == rule.id);
                let top = found.first().map(|m| m.score);
                let as_good = place.and_then(|at| found.get(at)).map(|m| m.score);
                assert!(place.is_some_and(|at| at < 5) || as_good == top, "{}: {quotation}", rule.id);
            }
        }
    }

    #[test]
    fn a_line_of_a_log_with_ids_and_times_leads_to_the_rule() {
        let line = "2026-11-20T03:12:44.123Z ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: unable to retrieve secret from asm: service call has been retried 1 time(s): failed to fetch secret arn:aws:secretsmanager:eu-west-1:123456789012:secret:db-Ab12Cd from secrets manager: AccessDeniedException: User: arn:aws:sts::123456789012:assumed-role/exec/7f is not authorized to perform: secretsmanager:GetSecretValue";
        assert_eq!(best(line).first(), Some(&"ecs-execution-role-cannot-read-secret"));
        let host = "could not translate host name \"db.xyz.eu-west-1.rds.amazonaws.com:5432\" to address";
        assert_eq!(best(host).first(), Some(&"endpoint-port-duplicated"));
    }

    #[test]
    fn classes_name_rules_that_exist() {
        let classes = classes();
        assert!(classes.len() > 5);
        for id in classes.iter().flat_map(|c| &c.rules) {
            assert!(RULES.iter().any(|rule| rule.id == id), "{id}");
        }
        assert!(best("connect ETIMEDOUT 10.0.3.17:6379").contains(&"sg-ingress-missing-client-group"));
    }

    #[test]
    fn texts_that_people_ask_about_lead_to_the_likeliest_rule() {
        for (text, rule) in [
            (
                "service api (port 8080) is unhealthy in target-group tg due to (reason Health checks failed with these codes: [404])",
                "target-group-health-check-cannot-pass",
            ),
            (
                "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist. : exit status 1",
                "ecs-awslogs-group-missing",
            ),
            (
                "ERROR 2003 (HY000): Can't connect to MySQL server on 'db.cluster.us-east-1.rds.amazonaws.com' (110)",
                "sg-ingress-missing-client-group",
            ),
            (
                "ECS was unable to assume the role 'arn:aws:iam::123456789012:role/exec' that was provided for this task. Please verify that the role being passed has the proper trust relationship and permissions",
                "ecs-role-trust-policy-wrong",
            ),
            ("OutOfMemoryError: Container killed due to memory usage", "ecs-container-memory-too-small"),
            (
                "redis.exceptions.TimeoutError: Timeout connecting to server",
                "sg-ingress-missing-client-group",
            ),
            (
                "Queue visibility timeout: 30 seconds is less than Function timeout: 60 seconds",
                "sqs-visibility-timeout-below-lambda-timeout",
            ),
            (
                "ClientException: No Fargate configuration exists for given values: 1024 CPU, 512 memory.",
                "fargate-invalid-cpu-memory",
            ),
        ] {
            assert_eq!(best(text).first(), Some(&rule), "{text}");
        }
    }

    #[test]
    fn words_that_say_nothing_lead_nowhere() {
        assert!(best("it does not work").is_empty() && best("").is_empty());
    }

    #[test]
    fn quotations_are_fences_quotes_and_code() {
        let page = "# x\n\n## What breaks\n\nIt says `exit 1`:\n\n```text\none\ntwo\n```\n\n> a b\n> c\n\n> d\n\n## Bad\n\n`no`\n";
        assert_eq!(quotations(page), ["exit 1", "one", "two", " a b c", " d"]);
    }
}
