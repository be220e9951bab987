//! What the intrinsic functions evaluate to.

use std::path::Path;

use iaclint_cloudformation::load_template;
use iaclint_graph::Fragment;
use iaclint_source::Project;
use iaclint_value::{Data, Encoding, Marks, Origins, Piece, RootId, Value, Via};

fn template(text: &str) -> (Project, Fragment) {
    let project = Project::in_memory([("/app.json", text)]);
    let fragment = load_template(&project, Path::new("app.json"), &[], RootId(0));
    (project, fragment)
}

/// The property `P` of a resource `R` beside the given sections.
fn property(sections: &str, value: &str) -> (Project, Fragment, Value) {
    let text = format!(
        r#"{{{sections} "Resources": {{"R": {{"Type": "T::T::T", "Properties": {{"P": {value}}}}},
        "Db": {{"Type": "AWS::RDS::DBInstance", "Properties": {{}}}},
        "Secret": {{"Type": "AWS::SecretsManager::Secret"}},
        "Vpc": {{"Type": "AWS::EC2::VPC", "Properties": {{"CidrBlock": "10.1.0.0/16"}}}}}}}}"#
    );
    let (project, fragment) = template(&text);
    let value = fragment.resources[0].body.get("P").cloned().unwrap_or(Value::text("(left out)"));
    (project, fragment, value)
}

fn shown(sections: &str, value: &str) -> String {
    let (_, fragment, value) = property(sections, value);
    assert_eq!(fragment.problems, [], "{value}");
    value.display()
}

#[test]
fn references_stay_references_with_their_path() {
    assert_eq!(shown("", r#"{"Ref": "Db"}"#), "${app/Db.Ref}");
    assert_eq!(shown("", r#"{"Fn::GetAtt": ["Db", "Endpoint.Address"]}"#), "${app/Db.Endpoint.Address}");
    assert_eq!(shown("", r#"{"Fn::GetAtt": "Db.Endpoint.Address"}"#), "${app/Db.Endpoint.Address}");
    let (_, _, value) = property("", r#"{"Fn::GetAtt": ["Db", "Endpoint.Port"]}"#);
    assert_eq!(value.as_reference().unwrap().path.len(), 2);
}

#[test]
fn parameters_give_their_default_or_stay_inputs() {
    let sections = r#""Parameters": {
        "A": {"Type": "String", "Default": "x"}, "B": {"Type": "String"}, "L": {"Type": "CommaDelimitedList", "Default": "a, b"},
        "S": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/name"}, "N": {"Type": "String", "Default": "pw", "NoEcho": true},
        "C": {"Type": "String", "AllowedValues": ["x", "y"]}, "Bad": {"Type": "String", "Default": "z", "AllowedValues": ["x", "y"]}
    },"#;
    assert_eq!(shown(sections, r#"{"Ref": "A"}"#), "x");
    assert_eq!(shown(sections, r#"{"Ref": "B"}"#), "${app/B}");
    assert_eq!(shown(sections, r#"{"Ref": "L"}"#), "[a, b]");
    let (_, _, ssm) = property(sections, r#"{"Ref": "S"}"#);
    assert!(ssm.is_unknown());
    let (_, _, secret) = property(sections, r#"{"Fn::Join": ["", ["pw=", {"Ref": "N"}]]}"#);
    assert!(secret.marks.has(Marks::SENSITIVE));
    for open in ["C", "Bad"] {
        let (_, _, value) = property(sections, &format!(r#"{{"Ref": "{open}"}}"#));
        let Data::Unknown(unknown) = &value.data else { panic!("unknown") };
        assert_eq!(unknown.candidates, [Value::text("x"), Value::text("y")]);
    }
}

#[test]
fn pseudo_parameters_stay_and_no_value_removes() {
    assert_eq!(shown("", r#"{"Ref": "AWS::Region"}"#), "${AWS::Region}");
    assert_eq!(shown("", r#"{"Ref": "AWS::NoValue"}"#), "(left out)");
    assert_eq!(shown("", r#"[1, {"Ref": "AWS::NoValue"}, 2]"#), "[1, 2]");
}

#[test]
fn texts_are_joined_with_holes_and_keep_places() {
    let (project, fragment, value) =
        property("", r#"{"Fn::Join": [":", [{"Fn::GetAtt": ["Db", "Endpoint.Address"]}, 5432, "5432"]]}"#);
    assert_eq!(value.display(), "${app/Db.Endpoint.Address}:5432:5432");
    let Data::Text(text) = &value.data else { panic!("a text") };
    let flat = text.flatten();
    let last = flat.text.rfind("5432").unwrap();
    let span = text.span(&flat, last..last + 4).unwrap();
    assert_eq!(project.sources().file(span.file).slice(span), "5432");
    let span = text.span(&flat, last - 5..last - 1).unwrap();
    assert_eq!(project.sources().file(span.file).slice(span), "5432");
    assert_eq!(*fragment.origins.get(value.origin).unwrap().via, Via::Function("Fn::Join"));
}

#[test]
fn substitutions_know_resources_variables_and_literals() {
    assert_eq!(
        shown("", r#"{"Fn::Sub": "a-${Db}-${Db.Endpoint.Port}-${!x}-${AWS::Region}"}"#),
        "a-${app/Db.Ref}-${app/Db.Endpoint.Port}-${x}-${AWS::Region}"
    );
    assert_eq!(
        shown("", r#"{"Fn::Sub": ["${V}:${Db}", {"V": {"Fn::Join": ["/", ["a", "b"]]}}]}"#),
        "a/b:${app/Db.Ref}"
    );
    assert_eq!(shown("", r#"{"Fn::Sub": "${Db.Endpoint.Address}"}"#), "${app/Db.Endpoint.Address}");
    let (project, fragment, value) = property("", r#"{"Fn::Sub": "x\n${Db}:5432:5432"}"#);
    let Data::Text(text) = &value.data else { panic!("a text") };
    let flat = text.flatten();
    let at = flat.text.find(":5432").unwrap();
    let span = text.span(&flat, at + 5..at + 10).unwrap();
    let file = project.sources().file(span.file);
    assert_eq!(
        (
            file.slice(span),
            file.slice(fragment.origins.get(text.holes().next().unwrap().origin).unwrap().span)
        ),
        (":5432", "${Db}")
    );
}

#[test]
fn a_literal_knows_the_parameter_that_it_came_from() {
    let sections = r#""Parameters": {"Port": {"Type": "String", "Default": "5432"}, "J": {"Type": "String", "Default": "{\"a\": 1}"}},"#;
    let (_, fragment, value) = property(sections, r#"{"Fn::Sub": "${Db.Endpoint.Address}:${Port}"}"#);
    let Data::Text(text) = &value.data else { panic!("a text") };
    let Some(Piece::Literal(port)) = text.pieces().last() else { panic!("a literal") };
    let (_, of_json, json) = property(sections, r#"{"Ref": "J"}"#);
    let a = json.decoded(Encoding::Json).unwrap().get("a").unwrap().origin;
    for (fragment, origin, name) in [(fragment, port.origin, "Port"), (of_json, a, "J")] {
        let mut origins = Origins::new();
        origins.insert(fragment.origins);
        let vias: Vec<_> = origins.trail(origin).iter().map(|o| o.via.clone()).collect();
        assert_eq!(vias.last(), Some(&Via::Default(name.into())), "{vias:?}");
    }
}

#[test]
fn an_undeclared_name_is_a_problem_with_its_place() {
    let (project, fragment, value) = property("", r#"{"Fn::Sub": "a ${Nobody.Arn}"}"#);
    assert_eq!(value.display(), "a ${?}");
    let problem = &fragment.problems[0];
    assert_eq!(problem.message, "Nobody is not declared in this template");
    let span = problem.span.unwrap();
    assert_eq!(project.sources().file(span.file).slice(span), "${Nobody.Arn}");
}

#[test]
fn lists_are_selected_from_and_split() {
    assert_eq!(shown("", r#"{"Fn::Select": [1, ["a", "b"]]}"#), "b");
    assert_eq!(shown("", r#"{"Fn::Select": ["0", {"Fn::Split": ["||", "a||b"]}]}"#), "a");
    assert_eq!(
        shown(
            "",
            r#"{"Fn::Select": [5, {"Fn::Split": [":", {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:x"}]}]}"#
        ),
        "x"
    );
    assert_eq!(shown("", r#"{"Fn::Select": [0, {"Fn::Split": ["/", {"Ref": "Db"}]}]}"#), "${?}");
    assert_eq!(shown("", r#"{"Fn::Select": [0, {"Fn::Split": ["/", {"Fn::Sub": "a/${Db}/b"}]}]}"#), "a");
    assert_eq!(shown("", r#"{"Fn::Length": ["a", "b"]}"#), "2");
    let (_, fragment, _) = property("", r#"{"Fn::Select": [2, ["a", "b"]]}"#);
    assert_eq!(fragment.problems[0].message, "Fn::Select asks for item 2 of a list of 2");
}

#[test]
fn zones_are_distinct_symbols() {
    let zone = |i: u32| shown("", &format!(r#"{{"Fn::Select": [{i}, {{"Fn::GetAZs": ""}}]}}"#));
    assert_eq!((zone(0), zone(4)), ("${Fn::GetAZs[0]}".to_owned(), "${Fn::GetAZs[4]}".to_owned()));
}

#[test]
fn blocks_are_cut_also_out_of_a_vpcs_block() {
    assert_eq!(shown("", r#"{"Fn::Select": [1, {"Fn::Cidr": ["10.0.0.0/16", 2, 8]}]}"#), "10.0.1.0/24");
    let cut = r#"{"Fn::Select": [1, {"Fn::Cidr": [{"Fn::GetAtt": ["Vpc", "CidrBlock"]}, "2", "8"]}]}"#;
    assert_eq!(shown("", cut), "10.1.1.0/24");
    let (_, fragment, value) = property("", cut);
    let mut origins = Origins::new();
    origins.insert(fragment.origins);
    assert_eq!(origins.resources(value.origin)[0].address, "app/Vpc");
}

#[test]
fn user_data_and_json_texts_are_encoded_structures() {
    let (_, _, value) = property("", r#"{"Fn::Base64": {"Fn::Sub": "echo ${Db}"}}"#);
    assert_eq!(value.decoded(Encoding::Base64).unwrap().display(), "echo ${app/Db.Ref}");
    let (_, _, value) = property("", r#"{"Fn::ToJsonString": {"a": {"Ref": "Db"}}}"#);
    assert_eq!(value.decoded(Encoding::Json).unwrap().get("a").unwrap().display(), "${app/Db.Ref}");
    let (_, _, value) = property("", r#"{"Fn::Sub": "{\"host\": \"${Db.Endpoint.Address}\"}"}"#);
    assert_eq!(
        value.decoded(Encoding::Json).unwrap().get("host").unwrap().display(),
        "${app/Db.Endpoint.Address}"
    );
    let (_, _, value) = property("", r#""{not json}""#);
    assert_eq!(value.as_str().unwrap(), "{not json}");
}

#[test]
fn conditions_are_decided_by_defaults_but_not_by_one_of_several_allowed_values() {
    let sections = r#""Parameters": {"E": {"Type": "String", "Default": "dev"},
            "F": {"Type": "String", "Default": "dev", "AllowedValues": ["dev", "prod"]}},
        "Conditions": {"Prod": {"Fn::Equals": [{"Ref": "E"}, "prod"]}, "Open": {"Fn::Equals": [{"Ref": "F"}, "prod"]},
            "Never": {"Fn::Equals": [{"Ref": "F"}, "test"]}, "Not": {"Fn::Not": [{"Condition": "Prod"}]},
            "And": {"Fn::And": [{"Condition": "Open"}, {"Condition": "Prod"}]}, "Or": {"Fn::Or": [{"Condition": "Open"}, {"Condition": "Not"}]}},"#;
    let if_ = |name: &str| shown(sections, &format!(r#"{{"Fn::If": ["{name}", 1, 2]}}"#));
    let all = ["Prod", "Never", "Not", "And", "Or"].map(if_);
    assert_eq!(all, ["2", "2", "1", "2", "1"]);
    let (_, _, value) = property(sections, r#"{"Fn::If": ["Open", 1, {"Ref": "AWS::NoValue"}]}"#);
    let Data::Unknown(unknown) = &value.data else { panic!("unknown") };
    assert_eq!(unknown.candidates[0].as_i64(), Some(1));
    assert!(unknown.candidates[1].is_null());
}

#[test]
fn values_of_a_file_go_before_defaults_and_decide_conditions() {
    let template = r#"{"Parameters": {"Env": {"Type": "String", "Default": "dev", "AllowedValues": ["dev", "prod"]},
        "Nets": {"Type": "CommaDelimitedList"}, "Pw": {"Type": "String", "NoEcho": true}, "Ami": {"Type": "AWS::SSM::Parameter::Value<String>"}},
        "Conditions": {"Prod": {"Fn::Equals": [{"Ref": "Env"}, "prod"]}}, "Resources": {
        "R": {"Type": "T::T::T", "Condition": "Prod", "Properties": {"P": {"Fn::If": ["Prod", {"Ref": "Nets"}, "x"]}, "Q": {"Ref": "Pw"}, "A": {"Ref": "Ami"}}}}}"#;
    let values =
        r#"{"Parameters": {"Env": "prod", "Nets": "a,b", "Pw": "secret", "Ami": "/ami", "Other": "1"}}"#;
    let project = Project::in_memory([("/app.json", template), ("/prod.json", values)]);
    let files = ["/prod.json".into()];
    let fragment = load_template(&project, Path::new("app.json"), &files, RootId(0));
    assert_eq!(fragment.problems, []);
    let resource = &fragment.resources[0];
    assert!(resource.existence.is_certain());
    assert_eq!(resource.body.get("P").unwrap().display(), "[a, b]");
    assert!(resource.body.get("Q").unwrap().marks.has(Marks::SENSITIVE));
    assert!(resource.body.get("A").unwrap().is_unknown());
    let origin = resource.body.get("P").unwrap().at(0).unwrap().origin;
    let mut origins = Origins::new();
    origins.insert(fragment.origins);
    let first = origins.trail(origin).last().map(|step| step.span).unwrap();
    assert_eq!(project.sources().file(first.file).path, "prod.json");
}

#[test]
fn mappings_are_looked_up_or_give_candidates() {
    let sections = r#""Mappings": {"M": {"eu": {"x": "1"}, "us": {"x": "2"}}}, "Parameters": {"K": {"Type": "String"}},"#;
    assert_eq!(shown(sections, r#"{"Fn::FindInMap": ["M", "eu", "x"]}"#), "1");
    assert_eq!(shown(sections, r#"{"Fn::FindInMap": ["M", "no", "x", {"DefaultValue": "d"}]}"#), "d");
    let (_, _, value) = property(sections, r#"{"Fn::FindInMap": ["M", {"Ref": "K"}, "x"]}"#);
    let Data::Unknown(unknown) = &value.data else { panic!("unknown") };
    assert_eq!(unknown.candidates, [Value::text("1"), Value::text("2")]);
    let (_, fragment, _) = property(sections, r#"{"Fn::FindInMap": ["M", "no", "x"]}"#);
    assert_eq!(fragment.problems[0].message, "the mapping M has no no.x");
}

#[test]
fn dynamic_references_are_holes_that_know_their_secret() {
    assert_eq!(
        shown(
            "",
            r#"{"Fn::Join": ["", ["{{resolve:secretsmanager:", {"Ref": "Secret"}, ":SecretString:password::}}"]]}"#
        ),
        "${app/Secret.SecretString.password}"
    );
    assert_eq!(
        shown("", r#"{"Fn::Sub": "pg://u:{{resolve:ssm:/db/pw}}@${Db.Endpoint.Address}"}"#),
        "pg://u:${{{resolve:ssm:/db/pw}}}@${app/Db.Endpoint.Address}"
    );
    let (_, _, value) = property("", r#""{{resolve:secretsmanager:prod/db:SecretString:password}}""#);
    assert_eq!(
        value.as_reference().unwrap().to_string(),
        "{{resolve:secretsmanager:prod/db:SecretString:password}}"
    );
}

#[test]
fn loops_are_expanded_when_the_list_is_known() {
    let text = r#"{"Transform": "AWS::LanguageExtensions", "Parameters": {"Names": {"Type": "CommaDelimitedList", "Default": "a,b-c"}},
        "Resources": {"Fn::ForEach::Queues": ["Name", {"Ref": "Names"}, {"Queue&{Name}": {"Type": "AWS::SQS::Queue",
            "Properties": {"QueueName": {"Fn::Sub": "q-${Name}"}, "Tag": {"Ref": "Name"}}}}]}}"#;
    let (_, fragment) = template(text);
    let shown: Vec<_> =
        fragment.resources.iter().map(|r| format!("{} {}", r.name, r.body.display())).collect();
    assert_eq!(shown, ["Queuea {QueueName = q-a, Tag = a}", "Queuebc {QueueName = q-b-c, Tag = b-c}"]);
    assert_eq!(fragment.problems, []);
}

#[test]
fn loops_that_multiply_are_refused() {
    let list = (0..100).map(|i| format!("\"{i}\"")).collect::<Vec<_>>().join(",");
    let mut value = "1".to_owned();
    for depth in 0..6 {
        value =
            format!(r#"{{"Fn::ForEach::L{depth}": ["V{depth}", [{list}], {{"x${{V{depth}}}": {value}}}]}}"#);
    }
    let (_, fragment, _) = property("", &value);
    assert!(fragment.problems.iter().any(|p| p.message.contains("too many")), "{:?}", fragment.problems);
}

#[test]
fn functions_may_name_what_functions_take() {
    assert_eq!(shown("", r#"{"Ref": {"Fn::Sub": "Db"}}"#), "${app/Db.Ref}");
    assert_eq!(
        shown("", r#"{"Fn::GetAtt": [{"Fn::Sub": "Db"}, {"Fn::Sub": "Endpoint.Port"}]}"#),
        "${app/Db.Endpoint.Port}"
    );
    assert_eq!(shown("", r#"{"Fn::Sub": {"Fn::Join": ["", ["a", "${Db}"]]}}"#), "a${app/Db.Ref}");
}

#[test]
fn imports_of_other_stacks_are_references_by_name() {
    assert_eq!(shown("", r#"{"Fn::ImportValue": "net:VpcId"}"#), "${net:VpcId}");
}

#[test]
fn what_is_not_evaluated_depends_on_what_it_mentions() {
    let (_, _, value) =
        property("", r#"{"Fn::Transform": {"Name": "X", "Parameters": {"a": {"Ref": "Db"}}}}"#);
    assert!(value.is_unknown());
    assert_eq!(value.references()[0].to_string(), "app/Db.Ref");
}

#[test]
fn a_file_that_rain_embeds_leaves_the_template_as_it_is() {
    let text =
        r#"{"Resources": {"F": {"Type": "T::T::T", "Properties": {"Code": {"Rain::Embed": "a.py"}}}}}"#;
    assert!(template(text).1.root.opaque.is_empty());
}

#[test]
fn what_a_macro_or_module_adds_is_unknown_and_not_undeclared() {
    for (more, type_) in [
        (r#""Transform": "AWS::Serverless-2016-10-31","#, r#""AWS::Serverless::GraphQLApi""#),
        ("", r#""Org::Team::Thing::MODULE""#),
        ("", r#"{"Rain::Module": "vpc.yml"}"#),
    ] {
        let text = format!(
            r#"{{{more} "Resources": {{"M": {{"Type": {type_}}}, "R": {{"Type": "T::T::T", "Properties": {{"P": {{"Ref": "MRole"}}}}}}}}}}"#
        );
        let (_, fragment) = template(&text);
        assert_eq!(fragment.problems, [], "{text}");
        assert!(fragment.resources.iter().any(|r| r.body.get("P").is_some_and(Value::is_unknown)));
        assert!(!fragment.root.opaque.is_empty());
    }
}
