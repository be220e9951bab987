//! YAML templates give the same values as JSON, with their bytes.

use std::path::Path;

use iaclint_cloudformation::load_template;
use iaclint_graph::Fragment;
use iaclint_source::{ProblemKind, Project};
use iaclint_value::{Data, RootId, Value};

fn load(text: &str) -> (Project, Fragment) {
    let project = Project::in_memory([("/app.yaml", text)]);
    let fragment = load_template(&project, Path::new("app.yaml"), &[], RootId(0));
    (project, fragment)
}

/// The property `P` of the first resource.
fn property(lines: &str) -> (Project, Fragment, Value) {
    let text = format!(
        "Resources:\n  R:\n    Type: T::T::T\n    Properties:\n{lines}\n  Db:\n    Type: AWS::RDS::DBInstance\n"
    );
    let (project, fragment) = load(&text);
    assert_eq!(fragment.problems, [], "{lines}");
    let value = fragment.resources[0].body.get("P").expect("the property").clone();
    (project, fragment, value)
}

/// Every ASCII letter and digit of a text is found in the file where the text says that it is.
fn every_character_is_in_its_place(project: &Project, value: &Value) {
    let Data::Text(text) = &value.data else { panic!("a text: {value}") };
    let flat = text.flatten();
    for (at, char) in flat.text.char_indices().filter(|(_, c)| c.is_ascii_alphanumeric()) {
        let span = text.span(&flat, at..at + 1).expect("a place");
        assert_eq!(
            project.sources().file(span.file).slice(span),
            char.to_string(),
            "{at} of {:?}",
            flat.text
        );
    }
}

#[test]
fn a_quoted_text_goes_on_in_a_line_without_indentation() {
    for written in ["      P: 'host <url\n> name'", "      P: !Sub \"host <url\r\n> name\""] {
        let (project, _, value) = property(written);
        assert_eq!(value.display().split_whitespace().collect::<Vec<_>>(), ["host", "<url", ">", "name"]);
        every_character_is_in_its_place(&project, &value);
    }
    // What stands behind it keeps its line.
    let (project, fragment) = load("Resources:\n  A:\n    Type: 'T::T\n::T'\n  B:\n    Type: T::T::T\n");
    let span = fragment.resources[1].span;
    assert_eq!(project.sources().file(span.file).line_col(span.start).line, 5);
}

#[test]
fn an_empty_list_parameter_is_one_empty_text() {
    let text = "Parameters:\n  L: {Type: CommaDelimitedList, Default: ''}\nConditions:\n  Given: !Not [!Equals [!Select [0, !Ref L], '']]\n\
                Resources:\n  R:\n    Type: T::T::T\n    Properties: {P: !Join ['-', !Ref L], Q: !If [Given, a, b]}\n";
    let (_, fragment) = load(text);
    assert_eq!(fragment.problems, []);
    let body = &fragment.resources[0].body;
    assert_eq!(body.get("P").expect("a text").display(), "");
    assert_eq!(body.get("Q").expect("a text").display(), "b");
}

#[test]
fn short_tags_are_functions() {
    for (written, shown) in [
        ("!Ref Db", "${app/Db.Ref}"),
        ("!GetAtt Db.Endpoint.Address", "${app/Db.Endpoint.Address}"),
        ("!GetAtt [Db, Endpoint.Address]", "${app/Db.Endpoint.Address}"),
        ("!Sub 'pg://${Db.Endpoint.Address}:5432'", "pg://${app/Db.Endpoint.Address}:5432"),
        ("!Join ['-', [a, !Ref Db, !Sub '${Db}']]", "a-${app/Db.Ref}-${app/Db.Ref}"),
        ("!Select [0, !Split [',', 'a,b']]", "a"),
        ("{'Fn::Sub': 'x${Db}'}", "x${app/Db.Ref}"),
        ("{! 'Ref': ! Db}", "${app/Db.Ref}"),
        ("!ImportValue net-Vpc", "${net-Vpc}"),
    ] {
        assert_eq!(property(&format!("      P: {written}")).2.display(), shown, "{written}");
    }
    let block = "      P: !Join\n        - ':'\n        - - !GetAtt Db.Endpoint.Address\n          - 5432";
    assert_eq!(property(block).2.display(), "${app/Db.Endpoint.Address}:5432");
}

#[test]
fn a_tagged_value_has_the_span_of_tag_and_value() {
    let (project, fragment, value) = property("      P: !GetAtt Db.Arn # x");
    let span = fragment.origins.get(value.origin).unwrap().span;
    assert_eq!(project.sources().file(span.file).slice(span), "!GetAtt Db.Arn");
    let resource = &fragment.resources[0];
    let file = project.sources().file(resource.whole.file);
    assert_eq!(file.slice(resource.span), "R");
    assert!(
        file.slice(resource.whole).starts_with("Type:") && file.slice(resource.whole).ends_with("Db.Arn")
    );
}

#[test]
fn scalars_are_typed_as_cloudformation_does() {
    let (_, _, value) = property(
        "      P: [1, -2.5, true, ~, 'x', 012345678901, 2010-09-09, yes, \"3\", 1.0, 0.0.0.0/0, !!str 7]",
    );
    let items = &value.as_list().unwrap().items;
    let kinds: Vec<_> = items.iter().map(|v| format!("{:?} {}", v.kind(), v.display())).collect();
    assert_eq!(
        kinds,
        [
            "Some(Number) 1",
            "Some(Number) -2.5",
            "Some(Bool) true",
            "None null",
            "Some(Text) x",
            "Some(Text) 012345678901",
            "Some(Text) 2010-09-09",
            "Some(Text) yes",
            "Some(Text) 3",
            "Some(Text) 1.0",
            "Some(Text) 0.0.0.0/0",
            "Some(Text) 7",
        ]
    );
}

#[test]
fn every_style_keeps_the_place_of_its_characters() {
    for lines in [
        "      P: plain\n        goes on  here",
        "      P: 'it''s é one\n        two'",
        "      P: \"a\\tb\\u00e9 c \\\n        d \\\"e\\\" \\ud83e\\udd80 f\"",
        "      P: |\n        one\n          two é\n\n        three",
        "      P: |-\n\n        one\n        two",
        "      P: |2\n          one\n        two",
        "      P: >-\n        one\n        two\n\n        three\n          four",
        "      P: |\r\n        one\r\n        two\r\n",
        "      P: !Sub |\n        host=${Db.Endpoint.Address}\n        port=5432",
    ] {
        let (project, _, value) = property(lines);
        every_character_is_in_its_place(&project, &value);
    }
}

#[test]
fn anchors_are_repeated_and_merged() {
    let (_, _, value) =
        property("      Q: &q {a: 1, b: 2}\n      P:\n        <<: *q\n        b: 3\n        c: *q");
    assert_eq!(value.display(), "{b = 3, c = {a = 1, b = 2}, a = 1}");
}

#[test]
fn bombs_and_deep_nesting_are_refused() {
    let line = |i: usize, times: usize| match i {
        0 => "a0: &a0 [x, x, x, x, x, x, x, x, x]".to_owned(),
        _ => format!("a{i}: &a{i} [{}]", vec![format!("*a{}", i - 1); times].join(", ")),
    };
    let bomb = (0..12).map(|i| line(i, 9)).collect::<Vec<_>>().join("\n");
    let chain = (0..5_000).map(|i| line(i, 1)).collect::<Vec<_>>().join("\n");
    let deep = "[".repeat(100_000);
    let deep_blocks = (0..3_000).map(|i| " ".repeat(i) + "a:\n").collect::<Vec<_>>().concat();
    let own = "a: &a [*a]\n".to_owned();
    for text in [bomb, chain, deep, deep_blocks, own] {
        let (_, fragment) = load(&format!("x:\n{text}"));
        assert_eq!(fragment.problems[0].kind, ProblemKind::Unreadable, "{:?}", fragment.problems);
        assert!(fragment.problems[0].span.is_some());
    }
}

#[test]
fn what_is_wrong_has_a_place() {
    let (project, fragment) = load("Resources:\n  A:\n    Type: T::T::T\n  A:\n    Type: T::T::U\n");
    assert_eq!(project.sources().display(fragment.problems[0].span.unwrap()), "app.yaml:4:3");
    assert_eq!(fragment.resources[0].type_name, "T::T::U");
    for text in ["Resources: [", "a: b: c", "", "- 1", "just text", "Resources:\n\t- x", "a: *nobody"] {
        let (_, fragment) = load(text);
        assert!(fragment.problems.iter().all(|p| p.span.is_some()), "{text}");
        assert_eq!(fragment.problems.len(), 1, "{text}: {:?}", fragment.problems);
    }
}
