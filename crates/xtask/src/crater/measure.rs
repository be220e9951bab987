//! One run of the program over one checkout: what it said, how long it took and how much memory.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How often a running program is looked at.
const PULSE: Duration = Duration::from_millis(10);

/// How a run ended.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Ended {
    /// With what it found, if anything.
    Well,
    /// It was stopped at the limit.
    AtTheLimit,
    /// With another status than those it promises, or without a readable report.
    Badly,
}

/// What a run over one checkout gave.
#[derive(Serialize, Deserialize, Clone, PartialEq, Debug)]
pub(crate) struct Outcome {
    pub(crate) ended: Ended,
    pub(crate) seconds: f64,
    /// The most memory it had at once; not known everywhere.
    pub(crate) megabytes: Option<u64>,
    pub(crate) resources: u64,
    /// Values that could not be evaluated.
    pub(crate) unknown_values: u64,
    /// Inputs that could not be read.
    pub(crate) problems: u64,
    pub(crate) findings: Vec<Found>,
}

/// A finding.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Found {
    pub(crate) rule: String,
    /// What stays the same while lines move.
    pub(crate) fingerprint: String,
    pub(crate) severity: String,
    pub(crate) place: String,
    pub(crate) headline: String,
}

impl Outcome {
    /// Why the run itself is a fault.
    pub(crate) fn failure(&self) -> Option<&'static str> {
        match self.ended {
            Ended::Well => None,
            Ended::AtTheLimit => Some("was stopped at the time limit"),
            Ended::Badly => Some("ended with a status or a report that it does not promise"),
        }
    }

    /// Number of findings of a severity.
    pub(crate) fn count(&self, severity: &str) -> usize {
        self.findings.iter().filter(|f| f.severity == severity).count()
    }
}

/// Runs `binary` over a checkout for at most `limit`, and keeps its report in `kept`.
pub(crate) fn measure(
    binary: &Path,
    checkout: &Path,
    limit: Duration,
    kept: &Path,
) -> Result<Outcome, String> {
    let begin = Instant::now();
    let mut child = Command::new(binary)
        .args(["check", "--no-config", "--level", "advice", "--format", "json", "--project-root"])
        .args([checkout, checkout])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("{}: {error}", binary.display()))?;
    let reader = child.stdout.take().map(|mut pipe| {
        thread::spawn(move || {
            let mut bytes = Vec::new();
            // A report that stops in the middle is not readable as JSON, which is noticed below.
            let _ = pipe.read_to_end(&mut bytes);
            bytes
        })
    });
    let (status, megabytes) = wait(&mut child, begin, limit)?;
    let seconds = begin.elapsed().as_secs_f64();
    let bytes = reader.and_then(|reader| reader.join().ok()).unwrap_or_default();
    std::fs::write(kept, &bytes).map_err(|error| format!("{}: {error}", kept.display()))?;
    let ended = match status {
        None => Ended::AtTheLimit,
        Some(status) if matches!(status.code(), Some(0..=2)) => Ended::Well,
        Some(_) => Ended::Badly,
    };
    Ok(outcome(ended, seconds, megabytes, status, &bytes))
}

/// Waits for the end; without a status the program was stopped. Linux says how much memory it had at most.
fn wait(
    child: &mut Child,
    begin: Instant,
    limit: Duration,
) -> Result<(Option<ExitStatus>, Option<u64>), String> {
    let memory = format!("/proc/{}/status", child.id());
    let mut megabytes = None;
    loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            return Ok((Some(status), megabytes));
        }
        megabytes = std::fs::read_to_string(&memory).ok().and_then(|text| peak(&text)).or(megabytes);
        if begin.elapsed() > limit {
            child.kill().and_then(|()| child.wait()).map_err(|error| error.to_string())?;
            return Ok((None, megabytes));
        }
        thread::sleep(PULSE);
    }
}

/// The high-water mark in `/proc/<pid>/status`, in megabytes.
pub(crate) fn peak(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kilobytes| kilobytes / 1024)
}

fn outcome(
    ended: Ended,
    seconds: f64,
    megabytes: Option<u64>,
    status: Option<ExitStatus>,
    bytes: &[u8],
) -> Outcome {
    let report: Value = serde_json::from_slice(bytes).unwrap_or_default();
    // Status 2 without a report: there was nothing to check.
    let silent = bytes.is_empty() && status.is_some_and(|s| s.code() == Some(2));
    let ended = if ended == Ended::Well && report.is_null() && !silent { Ended::Badly } else { ended };
    let number = |name: &str| report["summary"][name].as_u64().unwrap_or_default();
    let mut findings: Vec<Found> = report["findings"].as_array().into_iter().flatten().map(found).collect();
    findings.sort();
    Outcome {
        ended,
        seconds,
        megabytes,
        resources: number("resources"),
        unknown_values: number("unknown_values"),
        problems: report["problems"].as_array().map_or(0, |problems| problems.len() as u64),
        findings,
    }
}

fn found(finding: &Value) -> Found {
    let text = |name: &str| finding[name].as_str().unwrap_or_default().to_owned();
    Found {
        rule: text("rule"),
        fingerprint: text("fingerprint"),
        severity: text("severity"),
        place: format!("{}:{}", text("path"), finding["line"]),
        headline: text("headline"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_of_memory_is_read() {
        assert_eq!(peak("Name:\tx\nVmHWM:\t  204800 kB\nVmRSS:\t 1 kB\n"), Some(200));
        assert_eq!(peak("Name:\tx\n"), None);
    }

    #[test]
    fn a_report_that_cannot_be_read_ends_badly() {
        assert_eq!(outcome(Ended::Well, 0.0, None, None, b"{\"findings\": [").ended, Ended::Badly);
        assert_eq!(outcome(Ended::Well, 0.0, None, None, b"{}").ended, Ended::Well);
    }

    #[test]
    fn findings_and_numbers_are_taken_from_the_report() {
        let report = br#"{"findings": [{"rule": "r", "fingerprint": "f", "severity": "error", "path": "a.tf", "line": 3,
            "headline": "h"}], "problems": [], "summary": {"resources": 7, "unknown_values": 2}}"#;
        let outcome = outcome(Ended::Well, 0.0, None, None, report);
        assert_eq!((outcome.resources, outcome.unknown_values, outcome.count("error")), (7, 2, 1));
        assert_eq!(outcome.findings[0].place, "a.tf:3");
    }
}
