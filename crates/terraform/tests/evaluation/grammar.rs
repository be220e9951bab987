//! Expressions of the language, grown from bytes: every choice is a byte, so that whoever varies the bytes varies the expression.

use std::fmt::Write;

/// A module with one of everything that an expression can speak of.
pub const FIXTURE: [(&str, &str); 5] = [
    (
        "main.tf",
        r#"
variable "text" { default = "prod" }
variable "number" { default = 3 }
variable "flag" { default = true }
variable "list" { default = ["c", "a", "b", "a"] }
variable "map" { default = { Team = "core", "cost-center" = "42" } }
variable "set" {
  type    = set(string)
  default = ["b", "a"]
}
variable "object" {
  type = map(object({ cpu = optional(number, 256), ports = optional(list(number), [80]) }))
  default = { web = {}, api = { cpu = 512, ports = [] } }
}
variable "nothing" { default = null }
variable "secret" {
  default   = "s3cret"
  sensitive = true
}
variable "required" { type = string }
locals {
  json  = jsonencode({ a = [1, null, true], b = var.text })
  keyed = { for i, name in var.list : name => i... }
  mixed = [1, "two", [3], { four = 4 }, null, var.required]
}
data "aws_caller_identity" "me" {}
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_subnet" "each" {
  for_each   = var.set
  vpc_id     = aws_vpc.main.id
  cidr_block = cidrsubnet(aws_vpc.main.cidr_block, 8, length(each.key))
}
resource "aws_subnet" "counted" {
  count  = var.number
  vpc_id = aws_vpc.main.id
}
resource "aws_subnet" "open" {
  count  = var.required == "" ? 1 : 2
  vpc_id = aws_vpc.main.id
}
module "inner" {
  source   = "./inner"
  for_each = toset(["x", "y"])
  given    = each.key
}
"#,
    ),
    (
        "inner/main.tf",
        "variable \"given\" {}\nresource \"aws_sqs_queue\" \"q\" { name = var.given }\noutput \"arn\" { value = aws_sqs_queue.q.arn }\noutput \"name\" { value = \"q-${var.given}\" }\n",
    ),
    ("text.tftpl", "%{ for x in xs ~}\n${x}\n%{ endfor ~}\n${name}"),
    ("data.json", "{\"a\": [1, {\"b\": \"\\u00e9\"}]}"),
    ("data.csv", "name,port\nweb,80\n\"a \"\"b\"\"\",\n"),
];

/// What an expression is to yield; the generator does not always keep to it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Sort {
    Text,
    Number,
    Bool,
    List,
    Map,
}

use Sort::{Bool, List, Map, Number, Text};

const SORTS: [Sort; 5] = [Text, Number, Bool, List, Map];

const TEXTS: &[&str] = &[
    "var.text",
    "var.secret",
    "var.required",
    "var.nothing",
    "local.json",
    "aws_vpc.main.id",
    "aws_vpc.main.cidr_block",
    "data.aws_caller_identity.me.account_id",
    "path.module",
    "terraform.workspace",
    "each.key",
    "aws_subnet.each[\"a\"].id",
    "aws_subnet.counted[0].id",
    "module.inner[\"x\"].arn",
    "module.inner[\"y\"].name",
    "\"\"",
    "\"a\"",
    "\"10.0.0.0/16\"",
    "\"2001:db8::/32\"",
    "\"255.255.255.255/32\"",
    "\"é\\u0301\\U0001F980\"",
    "\"%d %s %v %q %#v %-5.2f %%\"",
    "\"(?P<x>a+)|b*\"",
    "\"[\"",
    "\"$${x} %%{y}\"",
    "\"\\n\\t\\\"\\\\\"",
    "\"2024-02-29T23:59:60Z\"",
    "\"2024-02-30T00:00:00+23:59\"",
    "\"-1.5h3ns\"",
    "\"YYYY-MM-DD'T'hh:mm:ssZZZZZ\"",
    "\"text.tftpl\"",
    "\"data.json\"",
    "\"data.csv\"",
    "\"../main.tf\"",
    "\"**\"",
    "\"inner/*.tf\"",
    "\"a: &x [1]\\nb: *x\"",
    "\"{\\\"a\\\":1e999}\"",
    "\"H4sIAAAAAAAA/wAAAP//AQAA//8AAAAAAAAAAA==\"",
    "\"UTF-16LE\"",
    "\"Zg==\"",
    "\"%c3%a9%\"",
    "\"1e-400\"",
    "\"0x1F\"",
    "\"true\"",
    "\"null\"",
];
const NUMBERS: &[&str] = &[
    "var.number",
    "count.index",
    "0",
    "1",
    "-1",
    "2",
    "3",
    "16",
    "36",
    "0.1",
    "-0.5",
    "1e3",
    "1e-3",
    "255",
    "65536",
    "2147483648",
    "9007199254740993",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551616",
    "1e100",
    "1e-100",
    "123456789012345678901234567890.123456789",
    "length(var.list)",
    "var.nothing",
    "aws_vpc.main.ipv6_netmask",
];
const BOOLS: &[&str] =
    &["true", "false", "var.flag", "var.nothing", "aws_vpc.main.enable_dns", "var.required == \"\""];
const LISTS: &[&str] = &[
    "var.list",
    "var.set",
    "local.mixed",
    "[]",
    "[null]",
    "aws_subnet.counted",
    "aws_subnet.open",
    "aws_subnet.open[*].id",
    "aws_subnet.counted.*.id",
    "values(aws_subnet.each)",
    "[1, 2, 3]",
    "[[1], [2, [3]]]",
    "toset([])",
    "var.nothing",
    "range(3)",
    "[\"a\", 1, true]",
    "[{ a = 1 }, { a = 2, b = 3 }]",
    "keys(var.object)",
    "module.inner[*]",
    "var.required[*]",
];
const MAPS: &[&str] = &[
    "var.map",
    "var.object",
    "local.keyed",
    "{}",
    "aws_subnet.each",
    "module.inner",
    "{ a = 1, b = \"two\", c = null }",
    "var.nothing",
    "{ \"a b\" = [1], (var.text) = var.required }",
    "aws_vpc.main",
    "{ xs = var.list, name = var.required }",
    "{ a = { b = { c = 1 } } }",
    "data.aws_caller_identity.me",
];
const OPERATORS: &[&str] = &["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||"];

/// The functions with what they are given and what they yield.
const FUNCTIONS: &[(&str, &[Sort], Sort)] = &[
    ("abs", &[Number], Number),
    ("abspath", &[Text], Text),
    ("alltrue", &[List], Bool),
    ("anytrue", &[List], Bool),
    ("base64decode", &[Text], Text),
    ("base64encode", &[Text], Text),
    ("base64gunzip", &[Text], Text),
    ("base64gzip", &[Text], Text),
    ("base64sha256", &[Text], Text),
    ("basename", &[Text], Text),
    ("can", &[Text], Bool),
    ("ceil", &[Number], Number),
    ("chomp", &[Text], Text),
    ("chunklist", &[List, Number], List),
    ("cidrcontains", &[Text, Text], Bool),
    ("cidrhost", &[Text, Number], Text),
    ("cidrnetmask", &[Text], Text),
    ("cidrsubnet", &[Text, Number, Number], Text),
    ("cidrsubnets", &[Text, Number, Number], List),
    ("coalesce", &[Text, Text], Text),
    ("coalescelist", &[List, List], List),
    ("compact", &[List], List),
    ("concat", &[List, List], List),
    ("contains", &[List, Text], Bool),
    ("csvdecode", &[Text], List),
    ("dirname", &[Text], Text),
    ("distinct", &[List], List),
    ("element", &[List, Number], Text),
    ("endswith", &[Text, Text], Bool),
    ("file", &[Text], Text),
    ("filebase64", &[Text], Text),
    ("fileexists", &[Text], Bool),
    ("fileset", &[Text, Text], List),
    ("filesha256", &[Text], Text),
    ("flatten", &[List], List),
    ("floor", &[Number], Number),
    ("format", &[Text, Text, Number], Text),
    ("formatdate", &[Text, Text], Text),
    ("formatlist", &[Text, List], List),
    ("indent", &[Number, Text], Text),
    ("index", &[List, Text], Number),
    ("issensitive", &[Text], Bool),
    ("join", &[Text, List], Text),
    ("jsondecode", &[Text], Map),
    ("jsonencode", &[Map], Text),
    ("keys", &[Map], List),
    ("length", &[List], Number),
    ("log", &[Number, Number], Number),
    ("lookup", &[Map, Text, Text], Text),
    ("lower", &[Text], Text),
    ("matchkeys", &[List, List, List], List),
    ("max", &[Number, Number], Number),
    ("md5", &[Text], Text),
    ("merge", &[Map, Map], Map),
    ("min", &[Number, Number], Number),
    ("nonsensitive", &[Text], Text),
    ("one", &[List], Text),
    ("parseint", &[Text, Number], Number),
    ("pow", &[Number, Number], Number),
    ("range", &[Number, Number, Number], List),
    ("regex", &[Text, Text], Text),
    ("regexall", &[Text, Text], List),
    ("replace", &[Text, Text, Text], Text),
    ("reverse", &[List], List),
    ("sensitive", &[Text], Text),
    ("setintersection", &[List, List], List),
    ("setproduct", &[List, List], List),
    ("setsubtract", &[List, List], List),
    ("setunion", &[List, List], List),
    ("sha1", &[Text], Text),
    ("signum", &[Number], Number),
    ("slice", &[List, Number, Number], List),
    ("sort", &[List], List),
    ("split", &[Text, Text], List),
    ("startswith", &[Text, Text], Bool),
    ("strcontains", &[Text, Text], Bool),
    ("strrev", &[Text], Text),
    ("substr", &[Text, Number, Number], Text),
    ("sum", &[List], Number),
    ("templatefile", &[Text, Map], Text),
    ("templatestring", &[Text, Map], Text),
    ("textdecodebase64", &[Text, Text], Text),
    ("textencodebase64", &[Text, Text], Text),
    ("timeadd", &[Text, Text], Text),
    ("timecmp", &[Text, Text], Number),
    ("timestamp", &[], Text),
    ("title", &[Text], Text),
    ("tobool", &[Text], Bool),
    ("tolist", &[List], List),
    ("tomap", &[Map], Map),
    ("tonumber", &[Text], Number),
    ("toset", &[List], List),
    ("tostring", &[Number], Text),
    ("transpose", &[Map], Map),
    ("trim", &[Text, Text], Text),
    ("trimprefix", &[Text, Text], Text),
    ("trimspace", &[Text], Text),
    ("try", &[Text, Text], Text),
    ("upper", &[Text], Text),
    ("urldecode", &[Text], Text),
    ("urlencode", &[Text], Text),
    ("uuidv5", &[Text, Text], Text),
    ("values", &[Map], List),
    ("yamldecode", &[Text], Map),
    ("yamlencode", &[Map], Text),
    ("zipmap", &[List, List], Map),
];

/// Deeper than this only words grow.
const MAX_DEPTH: usize = 6;

/// The expression that grows from these bytes; they are all used, or stand for the first choice once they have run out.
pub fn expression(bytes: &[u8]) -> String {
    let mut growth = Growth { bytes: bytes.iter(), depth: 0, out: String::new() };
    growth.any();
    growth.out
}

/// A configuration that uses an expression wherever one can stand.
pub fn using(expression: &str) -> String {
    let mut out = String::new();
    for (place, open, close) in [
        ("out", "output \"o\" { value = ", "}"),
        ("argument", "resource \"aws_ecs_task_definition\" \"t\" { container_definitions = ", "}"),
        ("count", "resource \"aws_vpc\" \"n\" { count = ", "}"),
        ("each", "resource \"aws_vpc\" \"e\" {\nfor_each = ", "\ntags = each.value\n}"),
        ("module", "module \"m\" {\nsource = \"./inner\"\ngiven = ", "\n}"),
        (
            "block",
            "resource \"aws_security_group\" \"g\" {\ndynamic \"ingress\" {\nfor_each = ",
            "\ncontent { from_port = ingress.value }\n}\n}",
        ),
        (
            "check",
            "resource \"aws_vpc\" \"c\" {\nlifecycle {\nprecondition {\ncondition = ",
            "\nerror_message = \"no\"\n}\n}\n}",
        ),
    ] {
        let _ = writeln!(out, "# {place}\n{open}(\n{expression}\n){close}");
    }
    out
}

struct Growth<'a> {
    bytes: std::slice::Iter<'a, u8>,
    depth: usize,
    out: String,
}

impl Growth<'_> {
    fn choice(&mut self, sides: usize) -> usize {
        usize::from(self.bytes.next().copied().unwrap_or(0)) % sides
    }

    fn one_of(&mut self, words: &[&str]) {
        let word = words[self.choice(words.len())];
        self.out.push_str(word);
    }

    fn any(&mut self) {
        let sort = SORTS[self.choice(SORTS.len())];
        self.of(sort);
    }

    fn of(&mut self, sort: Sort) {
        if self.depth == MAX_DEPTH || self.bytes.len() == 0 {
            return self.word(sort);
        }
        self.depth += 1;
        match self.choice(16) {
            0..=3 => self.word(sort),
            4..=8 => self.call(sort),
            9 => self.conditional(sort),
            10 => self.index(),
            11 => self.operation(),
            12 => self.any(),
            _ => match sort {
                Text => self.template(),
                Number => self.operation(),
                Bool => self.operation(),
                List => self.list(),
                Map => self.map(),
            },
        }
        self.depth -= 1;
    }

    fn word(&mut self, sort: Sort) {
        self.one_of(match sort {
            Text => TEXTS,
            Number => NUMBERS,
            Bool => BOOLS,
            List => LISTS,
            Map => MAPS,
        });
    }

    fn call(&mut self, sort: Sort) {
        let fitting: Vec<_> = FUNCTIONS.iter().filter(|(.., result)| *result == sort).collect();
        let (name, arguments, _) = fitting[self.choice(fitting.len())];
        let _ = write!(self.out, "{name}(");
        for (at, argument) in arguments.iter().enumerate() {
            if at > 0 {
                self.out.push_str(", ");
            }
            self.of(*argument);
        }
        match self.choice(12) {
            0 if !arguments.is_empty() => self.out.push_str("..."),
            1 => {
                self.out.push_str(if arguments.is_empty() { "" } else { ", " });
                self.any();
            }
            _ => {}
        }
        self.out.push(')');
    }

    fn conditional(&mut self, sort: Sort) {
        self.out.push('(');
        self.of(Bool);
        self.out.push_str(" ? ");
        self.of(sort);
        self.out.push_str(" : ");
        self.of(sort);
        self.out.push(')');
    }

    fn index(&mut self) {
        let collection = [List, Map][self.choice(2)];
        self.out.push('(');
        self.of(collection);
        self.out.push(')');
        match self.choice(6) {
            0 => self.out.push_str("[*]"),
            1 => self.out.push_str(".*.id"),
            2 => self.out.push_str(".a"),
            _ => {
                self.out.push('[');
                self.of(if collection == List { Number } else { Text });
                self.out.push(']');
            }
        }
    }

    fn operation(&mut self) {
        self.one_of(&["(", "(-", "(!"]);
        self.of(Number);
        let operator = OPERATORS[self.choice(OPERATORS.len())];
        let _ = write!(self.out, " {operator} ");
        self.of(if matches!(operator, "==" | "!=") { Text } else { Number });
        self.out.push(')');
    }

    fn template(&mut self) {
        if self.choice(4) == 0 {
            self.out.push_str("<<-E\n    a ${");
            self.any();
            self.out.push_str("}\n      %{ if ");
            self.of(Bool);
            self.out.push_str(" ~}\n    b\n    %{ endif }\n  E\n");
            return;
        }
        self.out.push('"');
        for _ in 0..=self.choice(3) {
            match self.choice(6) {
                0 => self.out.push_str("é$$ "),
                1 => {
                    self.out.push_str("%{ for k, v in ");
                    self.of(List);
                    self.out.push_str(" ~}${k}=${v}%{ endfor }");
                }
                2 => {
                    self.out.push_str("%{ if ");
                    self.of(Bool);
                    self.out.push_str(" }a%{ else ~} b%{ endif }");
                }
                _ => {
                    self.out.push_str("${");
                    self.any();
                    self.out.push('}');
                }
            }
        }
        self.out.push('"');
    }

    fn list(&mut self) {
        self.out.push('[');
        if self.choice(2) == 0 {
            self.out.push_str("for k, v in ");
            self.collection();
            self.out.push_str(" : ");
            self.one_of(&["v", "k", "\"${k}\"", "[k, v]", "v.id", "{ (k) = v }"]);
            self.filter();
        } else {
            for _ in 0..self.choice(4) {
                self.any();
                self.out.push_str(", ");
            }
        }
        self.out.push(']');
    }

    fn map(&mut self) {
        self.out.push_str("{ ");
        if self.choice(2) == 0 {
            self.out.push_str("for k, v in ");
            self.collection();
            self.one_of(&[" : k => v", " : v => k", " : k => v...", " : \"x\" => k...", " : v.id => v"]);
            self.filter();
            self.out.push_str(" }");
        } else {
            for at in 0..self.choice(4) {
                match self.choice(3) {
                    0 => {
                        self.out.push('(');
                        self.of(Text);
                        self.out.push_str(") = ");
                    }
                    1 => self.out.push_str("same = "),
                    _ => {
                        let _ = write!(self.out, "\"k{at}\" = ");
                    }
                }
                self.any();
                self.out.push_str(", ");
            }
            self.out.push('}');
        }
    }

    fn collection(&mut self) {
        let sort = [List, Map][self.choice(2)];
        self.of(sort);
    }

    fn filter(&mut self) {
        if self.choice(3) == 0 {
            self.out.push_str(" if ");
            self.of(Bool);
        }
    }
}
