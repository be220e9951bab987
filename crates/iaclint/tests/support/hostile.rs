//! Inputs that are made to hang, to exhaust or to mislead, each in a directory of its own.

use std::fmt::Write as _;
use std::io::{self, Result};
use std::path::Path;

/// An input: its directory, and what is told of it.
pub struct Hostile {
    /// Its directory.
    pub name: &'static str,
    /// The words of the one problem that is told, in part; none for what is merely odd and read like anything else.
    pub told: Option<&'static str>,
    /// The line that the problem names; none where the fault is that of a whole file.
    pub line: Option<u64>,
    write: fn(&Directory<'_>) -> Result<()>,
}

const fn told(
    name: &'static str,
    told: &'static str,
    line: u64,
    write: fn(&Directory<'_>) -> Result<()>,
) -> Hostile {
    Hostile { name, told: Some(told), line: Some(line), write }
}

const fn of_file(name: &'static str, told: &'static str, write: fn(&Directory<'_>) -> Result<()>) -> Hostile {
    Hostile { name, told: Some(told), line: None, write }
}

const fn read(name: &'static str, write: fn(&Directory<'_>) -> Result<()>) -> Hostile {
    Hostile { name, told: None, line: None, write }
}

/// Every input.
pub const ALL: &[Hostile] = &[
    read("fine", |d| d.file("main.tf", "resource \"aws_sns_topic\" \"fine\" {}\n")),
    // Terraform.
    told("tf-deep-lists", "nests deeper", 2, |d| {
        d.file("main.tf", format!("locals {{\n  x = {}\n}}\n", nested("[", "1", "]")))
    }),
    told("tf-deep-calls", "nests deeper", 2, |d| {
        d.file("main.tf", format!("locals {{\n  x = {}\n}}\n", nested("abs(", "1", ")")))
    }),
    told("tf-deep-templates", "nests deeper", 2, |d| {
        d.file("main.tf", format!("locals {{\n  x = {}\n}}\n", nested("\"${", "1", "}\"")))
    }),
    told("tf-deep-blocks", "nests deeper", 201, |d| d.file("main.tf", nested("a {\n", "", "}\n"))),
    told("tf-deep-json", "nested deeper", 1, |d| {
        d.file("main.tf.json", format!("{{\"locals\": {{\"x\": {}}}}}", nested("[", "1", "]")))
    }),
    told("tf-long-sum", "operators", 2, |d| {
        d.file("main.tf", format!("locals {{\n  x = 1{}\n}}\n", " + 1".repeat(100_000)))
    }),
    told("tf-for-each-range", "more than 1024", 2, |d| {
        d.file(
            "main.tf",
            "resource \"aws_vpc\" \"v\" {\n  for_each = toset([for x in range(10000000) : tostring(x)])\n}\n",
        )
    }),
    told("tf-for-each-product", "combinations", 3, |d| {
        let digits = format!("[{}]", (0..10).map(|n| n.to_string()).collect::<Vec<_>>().join(", "));
        let many = ["local.digits"; 7].join(", ");
        d.file("main.tf", format!("locals {{ digits = {digits} }}\nresource \"aws_vpc\" \"v\" {{\n  for_each = toset([for x in setproduct({many}) : join(\"\", x)])\n}}\n"))
    }),
    told("tf-count", "instances", 2, |d| {
        d.file("main.tf", "resource \"aws_vpc\" \"v\" {\n  count = 10000000\n}\n")
    }),
    told("tf-template-itself", "itself", 2, |d| {
        d.file("main.tf", "resource \"aws_vpc\" \"v\" {\n  tags = { x = templatefile(\"${path.module}/a.tftpl\", { a = 1 }) }\n}\n")?;
        d.file("a.tftpl", "\n${templatefile(\"a.tftpl\", { a = a })}")
    }),
    told("tf-doubling-locals", "too large", 49, |d| d.file("main.tf", doubling("[local.l{}, local.l{}]"))),
    told("tf-doubling-concat", "too large", 48, |d| {
        d.file("main.tf", doubling("concat(local.l{}, local.l{})"))
    }),
    told("tf-doubling-text", "too large", 48, |d| {
        d.file("main.tf", doubling("\"${local.l{}}${local.l{}}\""))
    }),
    read("tf-keys", |d| d.file("main.tf", format!("locals {{\n x = {{\n{}}}\n}}\n", keys(100_000, "\n")))),
    read("tf-keys-in-text", |d| {
        d.file("main.tf", format!("locals {{\n x = \"${{{{ {} }}}}\"\n}}\n", keys(100_000, ", ")))
    }),
    told("tf-keys-without-end", "syntax error", 100_004, |d| {
        d.file("main.tf", format!("locals {{\n x = {{\n{}\n", keys(100_000, "\n")))
    }),
    read("tf-keys-twice", |d| {
        d.file("main.tf", format!("locals {{\n x = [{}]\n}}\n", "{ a = 1, a = 2 }, ".repeat(100_000)))
    }),
    read("tf-many-items", |d| {
        d.file("main.tf", format!("locals {{\n x = [{}]\n}}\n", "1, ".repeat(100_000)))
    }),
    read("tf-many-blocks", |d| d.file("main.tf", "moved {}\n".repeat(100_000))),
    of_file("tf-huge", "has 200 MiB", |d| {
        d.file("own.tf", "resource \"aws_sns_topic\" \"t\" {}\n")?;
        std::fs::File::create(d.0.join("main.tf"))?.set_len(200 << 20)
    }),
    of_file("tf-bytes", "is not UTF-8 (in line 2", |d| d.file("main.tf", b"# fine\n# caf\xe9\n".as_slice())),
    of_file("tf-wide", "is not UTF-8 (in line 1", |d| {
        d.file("main.tf", b"\xff\xfel\0o\0c\0a\0l\0s\0".as_slice())
    }),
    of_file("tf-link-loop", "symbolic link", |d| {
        d.file("own.tf", "resource \"aws_sns_topic\" \"t\" {}\n")?;
        d.link("main.tf", "main.tf")?;
        d.link(".", "again")
    }),
    of_file("tf-link-outside", "outside the project root", |d| {
        d.file("own.tf", "resource \"aws_sns_topic\" \"t\" {}\n")?;
        d.link("../../../../../../etc/hostname", "main.tf")
    }),
    of_file("tf-pipe", "is not a regular file", |d| {
        d.file("own.tf", "resource \"aws_sns_topic\" \"t\" {}\n")?;
        d.pipe("main.tf")
    }),
    told("tf-file-outside", "outside the project root", 2, |d| {
        d.file(
            "main.tf",
            "resource \"aws_vpc\" \"v\" {\n  tags = { x = file(\"../../../../../etc/hostname\") }\n}\n",
        )
    }),
    told("tf-module-outside", "outside of what is checked", 2, |d| {
        d.file("main.tf", "module \"m\" {\n  source = \"../../../../../../etc\"\n}\n")
    }),
    told("tf-module-itself", "itself", 2, |d| d.file("main.tf", "module \"m\" {\n  source = \"./\"\n}\n")),
    told("tf-modules-doubling", "module instances", 1, |d| {
        d.file("main.tf", "module \"a\" {\n  source = \"./m0\"\n}\n")?;
        for at in 0..30 {
            let call = |name: &str| format!("module \"{name}\" {{\n  source = \"../m{}\"\n}}\n", at + 1);
            d.file(&format!("m{at}/main.tf"), call("a") + &call("b"))?;
        }
        d.file("m30/main.tf", "resource \"aws_vpc\" \"v\" {}\n")
    }),
    told("tf-locals-circle", "depends on itself", 2, |d| {
        d.file("main.tf", "locals {\n  a = local.b\n  b = local.a\n}\noutput \"o\" {\n  value = local.a\n}\n")
    }),
    read("tf-locals-chain", |d| {
        let chain = (0..5_000).fold(String::new(), |mut out, at| {
            let _ = writeln!(out, "  l{at} = local.l{}", at + 1);
            out
        });
        d.file("main.tf", format!("locals {{\n{chain}  l5000 = 1\n}}\nresource \"aws_vpc\" \"v\" {{ tags = {{ x = local.l0 }} }}\n"))
    }),
    told("tf-functions", "take more than is evaluated", 58, |d| {
        let (mut locals, mut names) = (String::new(), String::new());
        for at in 0..2_000 {
            let _ = writeln!(locals, "  l{at} = length(setproduct(local.many, local.many))");
            let _ = write!(names, "local.l{at}, ");
        }
        d.file(
            "main.tf",
            format!("locals {{\n  many = range(300)\n{locals}}}\noutput \"o\" {{\n  value = [{names}]\n}}\n"),
        )
    }),
    read("tf-regex", |d| {
        d.file(
            "main.tf",
            format!("locals {{\n  x = regex(\"(a*)*(a|aa)+$\", \"{}b\")\n}}\n", "a".repeat(50_000)),
        )
    }),
    read("tf-numbers", |d| {
        d.file("main.tf", "locals {\n  x = [pow(10, 1000000000), format(\"%999999999d\", 1), parseint(\"9\", 10) * 1e308]\n}\n")
    }),
    read("tf-comments", |d| {
        d.file(
            "main.tf",
            "# iaclint: ignore[sg-stale-reference]\n".repeat(50_000) + "resource \"aws_vpc\" \"v\" {}\n",
        )
    }),
    told("tf-quotes", "syntax error", 2, |d| {
        d.file("main.tf", format!("locals {{\n  x = {}\n}}\n", "\"".repeat(1_000_001)))
    }),
    told("tf-heredoc-without-end", "no line with E", 2, |d| {
        d.file("main.tf", format!("locals {{\n  x = <<E\n{}", "y\n".repeat(1_000_000)))
    }),
    // Templates.
    told("cfn-alias-inside", "inside what it names", 3, |d| {
        d.file("t.yaml", "AWSTemplateFormatVersion: 2010-09-09\nResources: &a\n  T: {Type: AWS::SNS::Topic, Properties: *a}\n")
    }),
    told("cfn-bomb", "aliases", 8, |d| {
        let line =
            |i: usize| format!("  a{i}: &a{i} [{}]\n", vec![format!("*a{}", i.max(1) - 1); 9].join(", "));
        let bomb: String = (1..12).map(line).collect();
        d.file("t.yaml", format!("AWSTemplateFormatVersion: 2010-09-09\nMetadata:\n  a0: &a0 [x, x, x]\n{bomb}Resources: {{T: {{Type: AWS::SNS::Topic}}}}\n"))
    }),
    told("cfn-deep-json", "nested deeper", 1, |d| {
        d.file("t.json", topic(&format!("\"Properties\": {}", nested("[", "1", "]"))))
    }),
    told("cfn-deep-objects", "nested deeper", 1, |d| {
        d.file("t.json", topic(&format!("\"Properties\": {}", nested("{\"a\":", "1", "}"))))
    }),
    told("cfn-deep-yaml", "nested deeper", 4, |d| {
        d.file(
            "t.yaml",
            format!(
                "AWSTemplateFormatVersion: 2010-09-09\nResources:\n  T: {{Type: AWS::SNS::Topic,\n    Properties: {}}}\n",
                nested("[", "1", "]")
            ),
        )
    }),
    told("cfn-deep-block-yaml", "nested deeper", 258, |d| {
        let deep = (0..2_000).fold(String::new(), |mut out, at| {
            let _ = writeln!(out, "{}a:", " ".repeat(at + 6));
            out
        });
        d.file("t.yaml", format!("Resources:\n  T:\n    Type: AWS::SNS::Topic\n    Properties:\n{deep}"))
    }),
    told("cfn-twice", "stands twice", 4, |d| {
        d.file("t.yaml", "AWSTemplateFormatVersion: 2010-09-09\nResources:\n  T: {Type: AWS::SNS::Topic}\n  T: {Type: AWS::SQS::Queue}\n")
    }),
    told("cfn-twice-json", "stands twice", 3, |d| {
        d.file("t.json", "{\"Resources\": {\n\"T\": {\"Type\": \"AWS::SNS::Topic\"},\n\"T\": {\"Type\": \"AWS::SQS::Queue\"}}}\n")
    }),
    read("cfn-keys", |d| {
        let fields: Vec<String> = (0..100_000).map(|n| format!("\"k{n}\": {n}")).collect();
        d.file("t.json", topic(&format!("\"Properties\": {{{}}}", fields.join(","))))
    }),
    read("cfn-items", |d| {
        d.file("t.json", topic(&format!("\"Properties\": {{\"A\": [{}0]}}", "1,".repeat(1_000_000))))
    }),
    told("cfn-for-each", "too many entries", 2, |d| {
        let items = (0..40).map(|n| n.to_string()).collect::<Vec<_>>().join(", ");
        let mut inner = "{'T${A}${B}${C}${D}': {Type: AWS::SNS::Topic}}".to_owned();
        for name in ["D", "C", "B", "A"] {
            inner = format!("{{'Fn::ForEach::{name}': [{name}, [{items}], {inner}]}}");
        }
        d.file("t.yaml", format!("Transform: AWS::LanguageExtensions\nResources: {inner}\n"))
    }),
    read("cfn-conditions", |d| {
        let conditions = (0..40).fold(String::new(), |mut out, n| {
            let _ = writeln!(out, "  C{n}: !Equals [!Ref P{n}, x]");
            out
        });
        let parameters = (0..40).fold(String::new(), |mut out, n| {
            let _ = writeln!(out, "  P{n}: {{Type: String}}");
            out
        });
        let value =
            (0..40).fold("x".to_owned(), |inner, n| format!("!If [C{n}, !Join ['', [a, {inner}]], {n}]"));
        d.file("t.yaml", format!("AWSTemplateFormatVersion: 2010-09-09\nParameters:\n{parameters}Conditions:\n{conditions}Resources:\n  T: {{Type: AWS::SNS::Topic, Properties: {{TopicName: {value}}}}}\n"))
    }),
    told("cfn-condition-circle", "itself", 3, |d| {
        d.file("t.yaml", "AWSTemplateFormatVersion: 2010-09-09\nConditions:\n  A: !Not [!Condition B]\n  B: !Not [!Condition A]\nResources:\n  T: {Type: AWS::SNS::Topic, Condition: A}\n")
    }),
    told("cfn-nested-circle", "itself", 3, |d| {
        let stack = |url: &str| {
            format!(
                "AWSTemplateFormatVersion: 2010-09-09\nResources:\n  S: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: {url}}}}}\n"
            )
        };
        d.file("a.yaml", stack("b.yaml"))?;
        d.file("b.yaml", stack("a.yaml"))
    }),
    told("cfn-nested-outside", "is not here", 3, |d| {
        d.file("t.yaml", "AWSTemplateFormatVersion: 2010-09-09\nResources:\n  S: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ../../../../../etc/hostname}}\n")
    }),
    told("cfn-nested-doubling", "2000 stacks", 4, |d| {
        for at in 0..30 {
            let stack = format!(
                "{{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: t{}.yaml}}}}",
                at + 1
            );
            let text =
                format!("AWSTemplateFormatVersion: 2010-09-09\nResources:\n  A: {stack}\n  B: {stack}\n");
            d.file(&format!("t{at}.yaml"), text)?;
        }
        d.file("t30.yaml", "AWSTemplateFormatVersion: 2010-09-09\nResources: {T: {Type: AWS::SNS::Topic}}\n")
    }),
    told("cfn-text-doubling", "longer than 4 MiB", 5, |d| {
        let head = "AWSTemplateFormatVersion: 2010-09-09\nParameters: {P: {Type: String, Default: xxxxxxxxxxxxxxxxxxxx}}\nResources:\n";
        for at in 0..25 {
            let text = format!(
                "{head}  A: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: t{}.yaml,\n    Parameters: {{P: !Sub '${{P}}${{P}}'}}}}}}\n",
                at + 1
            );
            d.file(&format!("t{at}.yaml"), text)?;
        }
        d.file(
            "t25.yaml",
            format!("{head}  T: {{Type: AWS::SNS::Topic, Properties: {{TopicName: !Ref P}}}}\n"),
        )
    }),
    told("cfn-cut-yaml", "unclosed bracket", 2, |d| {
        d.file("t.yaml", "AWSTemplateFormatVersion: 2010-09-09\nResources: {T: {Type: AWS::SNS::Topic, Prop")
    }),
    // Assemblies.
    told("cdk-itself", "contains itself", 1, |d| {
        d.file("cdk.out/manifest.json", "{\"artifacts\": {\"A\": {\"type\": \"cdk:cloud-assembly\", \"properties\": {\"directoryName\": \".\"}}}}")
    }),
    told("cdk-outside", "outside the project root", 1, |d| {
        d.file("cdk.out/manifest.json", stack("../../../../../../etc/hostname"))
    }),
    told("cdk-absolute", "outside the project root", 1, |d| {
        d.file("cdk.out/manifest.json", stack("/etc/passwd"))
    }),
    told("cdk-cut", "no end", 1, |d| {
        d.file("cdk.out/manifest.json", stack("t.json"))?;
        d.file("cdk.out/t.json", "{\"Resources\": {\"T\": {\"Type\": \"AWS::SNS::Topic\", \"Prop")
    }),
    told("cdk-cut-manifest", "no end", 1, |d| {
        d.file(
            "cdk.out/manifest.json",
            "{\"artifacts\": {\"A\": {\"type\": \"aws:cloudformation:stack\", \"prop",
        )
    }),
    read("cdk-manifest-as-template", |d| d.file("cdk.out/manifest.json", stack("manifest.json"))),
    told("cdk-missing", "no such file", 1, |d| d.file("cdk.out/manifest.json", stack("gone.json"))),
    read("cdk-source-map", |d| {
        d.file("cdk.out/manifest.json", "{\"artifacts\": {\"A\": {\"type\": \"aws:cloudformation:stack\", \"properties\": {\"templateFile\": \"t.json\"}, \"metadata\": {\"/A/T\": [{\"type\": \"aws:cdk:logicalId\", \"data\": \"T\", \"trace\": [\"f (a.js:1:1)\"]}]}}}}")?;
        d.file("cdk.out/t.json", topic("\"Properties\": {}"))?;
        d.file("a.js", "f()\n//# sourceMappingURL=a.js.map\n")?;
        d.file(
            "a.js.map",
            format!(
                "{{\"version\": 3, \"sources\": [\"a.ts\"], \"mappings\": \"{}\"}}",
                "gggggggggggggggggggC;".repeat(100_000)
            ),
        )
    }),
    // Scripts.
    read("scripts", |d| {
        d.file("deep.sh", nested("$(", "x", ")"))?;
        d.file("braces.sh", nested("{ ", "x;", "}; "))?;
        d.file("ifs.sh", "if x; then\n".repeat(20_000))?;
        d.file("words.sh", "a ".repeat(1_000_000))?;
        d.file("Dockerfile", "FROM a\n".to_owned() + &"RUN a && \\\n".repeat(50_000))
    }),
];

/// Writes every input below a directory.
pub fn write(root: &Path) -> Result<()> {
    for input in ALL {
        let directory = root.join(input.name);
        std::fs::create_dir_all(&directory)?;
        (input.write)(&Directory(&directory))?;
    }
    Ok(())
}

struct Directory<'p>(&'p Path);

impl Directory<'_> {
    fn file(&self, name: &str, text: impl AsRef<[u8]>) -> Result<()> {
        let path = self.0.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(path, text)
    }

    #[cfg(unix)]
    fn link(&self, to: &str, name: &str) -> Result<()> {
        std::os::unix::fs::symlink(to, self.0.join(name))
    }

    #[cfg(not(unix))]
    fn link(&self, _: &str, _: &str) -> Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    fn pipe(&self, name: &str) -> Result<()> {
        let made = std::process::Command::new("mkfifo").arg(self.0.join(name)).status()?;
        if made.success() { Ok(()) } else { Err(io::Error::other("mkfifo fails")) }
    }
}

fn nested(open: &str, inside: &str, close: &str) -> String {
    [&open.repeat(100_000), inside, &close.repeat(100_000)].concat()
}

fn keys(count: usize, between: &str) -> String {
    (0..count).fold(String::new(), |mut out, n| {
        let _ = write!(out, "k{n} = {n}{between}");
        out
    })
}

/// Sixty-four locals, each made of the next one twice.
fn doubling(step: &str) -> String {
    let mut out = "locals {\n".to_owned();
    for at in 0..64 {
        let _ = writeln!(out, "  l{at} = {}", step.replace("{}", &(at + 1).to_string()));
    }
    let last = if step.starts_with('c') { "[1]" } else { "\"x\"" };
    let _ = writeln!(
        out,
        "  l64 = {last}\n}}\nresource \"aws_vpc\" \"v\" {{\n  tags = {{ x = jsonencode(local.l0) }}\n}}"
    );
    out
}

fn topic(properties: &str) -> String {
    format!("{{\"Resources\": {{\"T\": {{\"Type\": \"AWS::SNS::Topic\", {properties}}}}}}}")
}

fn stack(template: &str) -> String {
    format!(
        "{{\"artifacts\": {{\"A\": {{\"type\": \"aws:cloudformation:stack\", \"properties\": {{\"templateFile\": \"{template}\"}}}}}}}}"
    )
}
