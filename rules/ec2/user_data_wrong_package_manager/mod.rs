//! A script that calls a package manager which its machine image does not have.

use iaclint_analysis::programs::Host;
use iaclint_lint::{Check, Confidence, RuleInfo, Severity};
use iaclint_model::machine::{ImageFamily, image_family};
use iaclint_scripts::{Script, package_installs};

pub(crate) const INFO: RuleInfo = RuleInfo {
    severity: Severity::Error,
    confidence: Confidence::High,
    summary: "user data calls a package manager that the machine image does not have",
};

pub(crate) fn check(cx: &mut Check<'_, '_>) {
    let analysis = cx.analysis;
    for host in analysis.hosts() {
        let Some(family) = image_family(cx.model(), &host.machine) else { continue };
        for script in host.data.scripts() {
            script_check(cx, host, script, family);
        }
    }
}

fn script_check(cx: &mut Check<'_, '_>, host: &Host<'_>, script: &Script, family: ImageFamily) {
    // Who asks for one manager or the other serves several images with one script.
    let installs = package_installs(script);
    let mut managers: Vec<&str> = installs.iter().filter_map(|i| family_of(&i.manager)).collect();
    managers.sort_unstable();
    managers.dedup();
    if managers.len() != 1 {
        return;
    }
    for install in &installs {
        let manager = install.manager.as_str();
        if install.conditional || has(family, manager) {
            continue;
        }
        let span = host.span(cx.model(), install.span);
        cx.finding(
            host.machine.id,
            format!("the user data calls `{manager}`, which {} does not have", words(family)),
        )
        .identity(manager)
        .at_span(span, format!("{manager}: command not found"))
        .label(cx, host.machine.image.origin(), format!("the machine image is {}", words(family)))
        .help(format!("call `{}`", own(family)))
        .of_written_values()
        .report(cx);
        return;
    }
}

/// What a manager of the system installs; `None` for those of a language, which every system can have.
fn family_of(manager: &str) -> Option<&'static str> {
    match manager {
        "apt" | "apt-get" | "aptitude" => Some("apt"),
        "yum" | "dnf" | "microdnf" | "tdnf" | "amazon-linux-extras" => Some("rpm"),
        "apk" => Some("apk"),
        "zypper" => Some("zypper"),
        _ => None,
    }
}

fn has(family: ImageFamily, manager: &str) -> bool {
    match manager {
        "apt" | "apt-get" => matches!(family, ImageFamily::Debian),
        "yum" => !matches!(family, ImageFamily::Debian),
        "dnf" => matches!(family, ImageFamily::AmazonLinux2023),
        "amazon-linux-extras" => matches!(family, ImageFamily::AmazonLinux2),
        // Others are brought along.
        _ => true,
    }
}

fn words(family: ImageFamily) -> &'static str {
    match family {
        ImageFamily::AmazonLinux2 => "Amazon Linux 2",
        ImageFamily::AmazonLinux2023 => "Amazon Linux 2023",
        ImageFamily::Debian => "Ubuntu or Debian",
    }
}

fn own(family: ImageFamily) -> &'static str {
    match family {
        ImageFamily::AmazonLinux2 => "yum",
        ImageFamily::AmazonLinux2023 => "dnf",
        ImageFamily::Debian => "apt-get",
    }
}
