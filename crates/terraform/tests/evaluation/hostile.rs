//! Input made to hang or to exhaust: it ends soon, with a problem that says what was too much.

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use iaclint_source::{Disk, Memory, ProblemKind, Project};
use iaclint_terraform::{Inputs, Loader};
use iaclint_value::RootId;

use crate::support::{Loaded, load, main_tf};

fn has(loaded: &Loaded, kind: ProblemKind) -> bool {
    loaded.graph.problems().iter().any(|p| p.kind == kind)
}

#[test]
fn brackets_a_hundred_thousand_deep_are_refused() {
    for (open, close) in [
        ("[", "]"),
        ("(", ")"),
        ("{a=", "}"),
        ("\"${", "}\""),
        ("f(", ")"),
        ("-", ""),
        ("!", ""),
        ("true ? 1 : ", "1"),
        ("[for x in ", " : x]"),
    ] {
        let text = format!(
            "locals {{\n  deep = {}1{}\n}}\nresource \"aws_vpc\" \"fine\" {{}}\n",
            open.repeat(100_000),
            close.repeat(100_000)
        );
        let loaded = main_tf(&text);
        assert!(
            has(&loaded, ProblemKind::Limit) || has(&loaded, ProblemKind::Unreadable),
            "{open}: {:?}",
            loaded.problems()
        );
        assert_eq!(loaded.addresses(), ["aws_vpc.fine"], "{open}");
    }
    let blocks = format!("{}{}", "a {\n".repeat(100_000), "}\n".repeat(100_000));
    let loaded = main_tf(&blocks);
    assert!(!loaded.problems().is_empty());
}

#[test]
fn long_chains_of_operators_and_steps_are_no_trouble() {
    for link in [" + 1", " == 1", " && true", ".a", "[0]", "[*]"] {
        let text = format!("output \"o\" {{ value = 1{} }}\n", link.repeat(20_000));
        main_tf(&text);
    }
}

#[test]
fn ten_million_elements_are_not_made() {
    let digits = "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]";
    let many = [digits; 7].join(", ");
    for collection in [
        format!("setproduct({many})"),
        "range(10000000)".to_owned(),
        "range(0, 1, 0.0000001)".to_owned(),
        "flatten([for a in range(1000) : [for b in range(1000) : [for c in range(10) : c]]])".to_owned(),
        "[for a in range(1000) : [for b in range(1000) : [for c in range(10) : c]]]".to_owned(),
    ] {
        let text = format!(
            "resource \"aws_sqs_queue\" \"q\" {{\n  for_each = toset([for x in {collection} : \"${{jsonencode(x)}}\"])\n}}\nresource \"aws_vpc\" \"fine\" {{}}\n"
        );
        let loaded = main_tf(&text);
        assert!(!loaded.problems().is_empty(), "{collection}");
        assert!(loaded.addresses().contains(&"aws_vpc.fine"), "{collection}");
    }
    let loaded = main_tf("resource \"aws_vpc\" \"v\" { count = 10000000 }\n");
    assert!(has(&loaded, ProblemKind::Limit));
}

#[test]
fn a_template_that_renders_itself_is_refused() {
    let loaded = load([
        ("main.tf", "output \"o\" { value = templatefile(\"a.tftpl\", { a = 1 }) }\n"),
        ("a.tftpl", "x ${templatefile(\"a.tftpl\", { a = a })}"),
    ]);
    assert!(has(&loaded, ProblemKind::Invalid), "{:?}", loaded.problems());
    let loaded = main_tf(
        "locals { t = \"$${templatestring(t, { t = t })}\" }\noutput \"o\" { value = templatestring(local.t, { t = local.t }) }\n",
    );
    assert!(has(&loaded, ProblemKind::Invalid), "{:?}", loaded.problems());
}

#[test]
fn locals_that_double_are_bounded() {
    for (step, last) in [
        ("[local.l{}, local.l{}]", "[]"),
        ("\"${local.l{}}${local.l{}}\"", "\"x\""),
        ("{ a = local.l{}, b = local.l{} }", "{}"),
        ("concat(local.l{}, local.l{})", "[1]"),
        ("merge({ a = local.l{} }, { b = local.l{} })", "{}"),
        ("jsonencode([local.l{}, local.l{}])", "1"),
        ("join(\"\", [local.l{}, local.l{}])", "\"x\""),
        ("format(\"%s%s\", local.l{}, local.l{})", "\"x\""),
        ("flatten([local.l{}, local.l{}])", "[1]"),
        ("aws_vpc.v.id == \"\" ? [local.l{}] : [local.l{}, local.l{}]", "[]"),
        ("[for x in [1, 2] : local.l{}]", "[]"),
    ] {
        let mut text = String::from("resource \"aws_vpc\" \"v\" {}\nlocals {\n");
        for at in 0..64 {
            let _ = writeln!(text, "  l{at} = {}", step.replace("{}", &(at + 1).to_string()));
        }
        let _ = writeln!(
            text,
            "  l64 = {last}\n}}\noutput \"o\" {{ value = local.l0 }}\nresource \"aws_s3_bucket\" \"b\" {{\n  bucket = jsonencode(local.l0)\n  tags = {{ x = local.l0 }}\n}}"
        );
        let loaded = main_tf(&text);
        assert_eq!(loaded.addresses().len(), 2, "{step}");
    }
}

#[test]
fn an_object_of_a_hundred_thousand_keys_is_read() {
    let keys: String = (0..100_000).fold(String::new(), |mut out, n| {
        let _ = writeln!(out, "  k{n} = {n}");
        out
    });
    let loaded = load([
        ("big.tf", format!("locals {{\n x = {{\n{keys}}}\n}}\n").as_str()),
        ("main.tf", "resource \"aws_vpc\" \"fine\" {}\n"),
    ]);
    assert_eq!(loaded.problems(), Vec::<String>::new());
    assert_eq!(loaded.addresses(), ["aws_vpc.fine"]);
}

#[test]
fn an_object_of_twenty_thousand_keys_is_read() {
    let keys = |from: usize, to: usize| {
        (from..to).fold(String::new(), |mut out, n| {
            let _ = writeln!(out, "    k{n} = {{ n = {n}, \"t}}\" = <<E\n}},\nE\n }} # }}");
            out
        })
    };
    let text = format!(
        "locals {{\n  x = {{\n{}    inner = {{\n{}    }}\n    k0 = \"last\"\n  }}\n}}\noutput \"all\" {{ value = length(local.x) }}\noutput \"far\" {{ value = local.x.k9999.n }}\noutput \"inner\" {{ value = local.x.inner.k19999[\"t}}\"] }}\noutput \"twice\" {{ value = local.x.k0 }}\n",
        keys(0, 10_000),
        keys(10_000, 20_000)
    );
    let loaded = main_tf(&text);
    assert_eq!(loaded.problems(), Vec::<String>::new());
    let shown = ["all", "far", "inner", "twice"].map(|name| loaded.shown(name));
    assert_eq!(shown, ["10001", "9999", "},\n", "last"]);
    let origins = loaded.graph.origins();
    let place = origins.root_span(loaded.output("far").origin).unwrap();
    assert_eq!(&text[place.range()], "9999");
}

#[test]
fn a_fault_in_a_large_object_is_told_at_its_place_and_the_rest_is_read() {
    let keys = (0..5_000).fold(String::new(), |mut out, n| {
        let _ = writeln!(out, "    k{n} = {}", if n == 3_000 { "\"é\" \"é\"" } else { "1" });
        out
    });
    let loaded =
        main_tf(&format!("locals {{\n  x = {{\n{keys}  }}\n}}\nresource \"aws_vpc\" \"fine\" {{}}\n"));
    assert_eq!(loaded.addresses(), ["aws_vpc.fine"]);
    let problem = &loaded.graph.problems()[0];
    assert_eq!(loaded.sources().display(problem.span.unwrap()), "main.tf:3003:17");
}

#[test]
fn what_grows_without_end_is_told_once() {
    let mut text = String::from("locals {\n");
    for at in 0..64 {
        let _ = writeln!(text, "  l{at} = [local.l{}, local.l{}]", at + 1, at + 1);
    }
    let loaded = main_tf(&format!("{text}  l64 = 1\n}}\noutput \"o\" {{ value = local.l0 }}\n"));
    assert_eq!(loaded.problems().len(), 1, "{:?}", loaded.problems());
}

#[test]
fn a_file_that_is_no_text_is_told_and_the_rest_is_read() {
    let mut memory = Memory::of([("/main.tf", "resource \"aws_vpc\" \"fine\" {}\n")]);
    memory.insert("/latin.tf", b"# caf\xe9\n".to_vec());
    memory.insert("/nul.tf", vec![0_u8; 1000]);
    let project = Project::new(Arc::new(memory), Path::new("/")).unwrap();
    let fragment = Loader::new(&project).load(Path::new("/"), RootId(0), &Inputs::default());
    let told: Vec<&str> = fragment.problems.iter().filter_map(|p| p.path.as_deref()).collect();
    assert_eq!(told, ["nul.tf", "latin.tf"]);
    assert_eq!(fragment.resources.len(), 1);
}

#[cfg(unix)]
#[test]
fn links_pipes_and_huge_files_are_told_and_the_rest_is_read() {
    let directory = std::env::temp_dir().join(format!("iaclint-hostile-{}", std::process::id()));
    std::fs::create_dir_all(directory.join("m")).unwrap();
    std::fs::write(directory.join("main.tf"), "module \"m\" { source = \"./m\" }\noutput \"f\" { value = fileset(path.module, \"**\") }\noutput \"p\" { value = file(\"pipe\") }\n").unwrap();
    std::fs::write(
        directory.join("m/main.tf"),
        "resource \"aws_vpc\" \"fine\" {}\nmodule \"again\" { source = \"./loop\" }\n",
    )
    .unwrap();
    std::os::unix::fs::symlink(".", directory.join("m/loop")).unwrap();
    std::os::unix::fs::symlink("loop.tf", directory.join("loop.tf")).unwrap();
    let huge = std::fs::File::create(directory.join("huge.tf")).unwrap();
    huge.set_len(200 << 20).unwrap();
    let pipes = [directory.join("pipe.tf"), directory.join("pipe")];
    assert!(std::process::Command::new("mkfifo").args(pipes).status().unwrap().success());
    let loaded = {
        let project = Project::new(Arc::new(Disk), &directory).unwrap();
        Loader::new(&project).load(project.root(), RootId(0), &Inputs::default())
    };
    std::fs::remove_dir_all(&directory).unwrap();
    let told: Vec<&str> = loaded.problems.iter().filter_map(|p| p.path.as_deref()).collect();
    for file in ["huge.tf", "loop.tf", "pipe.tf"] {
        assert!(told.contains(&file), "{file}: {:?}", loaded.problems);
    }
    assert!(loaded.resources.iter().any(|r| r.name == "fine"));
}

#[test]
fn two_thousand_locals_in_a_chain_and_ten_thousand_instances_take_time_in_proportion() {
    let chain = |count: usize| {
        let mut text = String::from("locals {\n  l0 = 1\n");
        for at in 1..count {
            let _ = writeln!(text, "  l{at} = local.l{} + 1", at - 1);
        }
        let _ = writeln!(text, "}}\noutput \"o\" {{ value = local.l{} }}", count - 1);
        text
    };
    for count in [500, 2_000] {
        let text = chain(count);
        let loaded = main_tf(&text);
        assert_eq!(loaded.shown("o"), count.to_string(), "{:?}", loaded.problems());
    }
    let instances = |side: usize| {
        let text = format!(
            "resource \"aws_sqs_queue\" \"q\" {{\n  for_each = toset([for p in setproduct(range({side}), range({side})) : join(\"-\", p)])\n  name = each.key\n}}\noutput \"names\" {{ value = [for q in aws_sqs_queue.q : q.name] }}\n"
        );
        let loaded = main_tf(&text);
        assert_eq!(loaded.addresses().len(), side * side, "{:?}", loaded.problems());
    };
    instances(32);
    instances(100);
}

#[test]
fn directives_in_directives_end_soon() {
    let each = |name: &str| format!("%{{ for {name} in range(1000) }}");
    let text = format!(
        "locals {{\n  long = \"{}{}{}a%{{ endfor }}%{{ endfor }}%{{ endfor }}\"\n}}\noutput \"long\" {{\n  value = local.long\n}}\n",
        each("x"),
        each("y"),
        each("z")
    );
    let loaded = main_tf(&text);
    assert!(!loaded.problems().is_empty());
    let project = Project::in_memory([("main.tf", text.as_str())]);
    let plan =
        iaclint_terraform::oracle::plan(&Loader::new(&project), project.root(), &Inputs::default(), None);
    assert!(plan.contains("too many elements"), "{plan}");
}
