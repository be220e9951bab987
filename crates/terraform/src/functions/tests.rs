//! What survives in the results of functions: references, places, parts of collections, candidates.

use iaclint_source::{FileId, Sources};
use iaclint_value::{Data, Literal, OriginId, Piece, Placed, Reference, ResourceKey, RootId, Text, Value};

use super::*;
use crate::export::{Shared, export};
use crate::json_out;

const NONE: OriginId = OriginId::NONE;

struct Stand {
    arena: OriginArena,
    sources: Sources,
}

impl Host for Stand {
    fn is_strict(&self) -> bool {
        false
    }

    fn origins(&mut self) -> &mut OriginArena {
        &mut self.arena
    }
    fn read_text(&mut self, path: &str) -> Result<Arc<SourceFile>, String> {
        match path {
            "a.json" => Ok(self.sources.add(path, "{\n  \"port\": 5432\n}\n".into())),
            _ => Err(format!("there is no file {path}")),
        }
    }
    fn read_bytes(&mut self, path: &str) -> Result<Vec<u8>, String> {
        self.read_text(path).map(|f| f.text.clone().into_bytes())
    }
    fn list_files(&mut self, _: &str) -> Result<Vec<String>, String> {
        Ok(vec!["a.json".into(), "d/b.json".into()])
    }
    fn render_template(&mut self, _: TemplateSource<'_>, _: &Val, _: Span) -> Result<Val, String> {
        Err("no templates here".into())
    }
}

fn stand() -> Stand {
    Stand { arena: OriginArena::new(0), sources: Sources::new() }
}

fn try_call(name: &str, arguments: &[Val]) -> Result<Val, CallError> {
    call(&mut stand(), name, arguments, Span::new(FileId(0), 0..1))
}

fn run(name: &str, arguments: &[Val]) -> Val {
    try_call(name, arguments).unwrap()
}

fn endpoint() -> Val {
    reference("aws_db_instance.main", "endpoint")
}

fn reference(address: &str, path: &str) -> Val {
    Val::reference(Reference::resource(ResourceKey::new(RootId(0), address), path), NONE)
}

fn text(text: &str) -> Val {
    Val::str(text, NONE)
}

fn placed(text: &str, at: usize) -> Val {
    let placed = Some(Placed::verbatim(Span::new(FileId(7), at..at + text.len())));
    Val::text(Text::literal(Literal { text: text.into(), placed, origin: NONE }), NONE)
}

fn list(items: &[Val]) -> Val {
    Val::tuple(items.to_vec(), NONE)
}

fn object(fields: &[(&str, Val)]) -> Val {
    Val::object(fields.iter().map(|(n, v)| ((*n).into(), NONE, v.clone())).collect(), NONE)
}

fn undecided(a: &Val, b: &Val) -> Val {
    let mut unk = Unk::new(Why::Condition);
    unk.ty = Ty::Bool;
    crate::ops::conditional(&Val::unk(unk, NONE), a, b).unwrap()
}

fn shown(value: &Val) -> String {
    export(value, &mut OriginArena::new(0), &mut Shared::default()).display()
}

fn answer(value: &Val) -> String {
    json_out::json(value).unwrap_or_else(|| shown(value))
}

#[test]
fn the_table_is_sorted_and_whole() {
    let names: Vec<_> = table::FUNCTIONS.iter().map(|f| f.name).collect();
    assert!(names.is_sorted());
    assert_eq!(names.len(), 119);
    assert!(try_call("nope", &[]).unwrap_err().unknown_function);
    assert_eq!(answer(&run("core::upper", &[text("a")])), "\"A\"");
}

#[test]
fn a_port_joined_to_an_endpoint_stays_visible() {
    let (port, colon) = (Val::int(5432, NONE), text(":"));
    for value in [
        run("format", &[text("%s:%d"), endpoint(), port.clone()]),
        run("join", &[colon, list(&[endpoint(), port])]),
    ] {
        assert_eq!(shown(&value), "${aws_db_instance.main.endpoint}:5432");
        assert_eq!(value.as_unknown().unwrap().depends_on.len(), 1);
    }
}

#[test]
fn a_part_of_an_endpoint_is_not_the_endpoint() {
    let parts = run("split", &[text(":"), endpoint()]);
    let host = run("element", &[parts.clone(), Val::int(0, NONE)]);
    let unk = host.as_unknown().unwrap();
    assert!(unk.reference.is_none() && unk.depends_on.len() == 1);
    assert_eq!(parts.as_unknown().unwrap().why, Why::Unsupported("split".into()));
    let bare = run("replace", &[endpoint(), text(":5432"), text("")]);
    assert!(bare.as_unknown().unwrap().reference.is_none());
    assert_eq!(bare.as_unknown().unwrap().depends_on.len(), 1);
}

#[test]
fn known_elements_of_a_split_arn_are_kept() {
    let arn = run("format", &[text("arn:aws:s3:::%s/x"), endpoint()]);
    let parts = run("split", &[text(":"), arn]);
    let partial = parts.as_unknown().unwrap().partial.clone().unwrap();
    assert_eq!(answer(&partial), r#"["arn","aws","s3","",""]"#);
}

#[test]
fn what_is_trimmed_from_a_literal_leaves_the_reference() {
    let text_with = run("format", &[text(" https://%s/ "), endpoint()]);
    let trimmed = run("trimspace", &[text_with]);
    let trimmed = run("trimprefix", &[trimmed, text("https://")]);
    let trimmed = run("trimsuffix", &[trimmed, text("/")]);
    assert_eq!(shown(&trimmed), "${aws_db_instance.main.endpoint}");
    assert!(trimmed.as_unknown().unwrap().reference.is_some());
    // The hole may itself begin so.
    let value = run("trimprefix", &[endpoint(), text("https://")]);
    assert!(value.as_unknown().unwrap().reference.is_none());
}

#[test]
fn replacing_in_literals_leaves_them_known_unless_a_match_may_reach_into_a_hole() {
    let value = run("format", &[text("a.b.%s"), endpoint()]);
    assert_eq!(shown(&run("replace", &[value.clone(), text("."), text("-")])), "a-b-${?}");
    assert!(run("replace", &[value, text(".x"), text("-")]).as_unknown().unwrap().text.is_none());
}

#[test]
fn collections_with_an_unknown_part_keep_the_known_one() {
    let unknown = Val::unknown(Why::Input("extra".into()), NONE);
    let ids = run("concat", &[list(&[text("a"), endpoint()]), unknown.clone()]);
    assert_eq!(shown(&ids), "[a, ${aws_db_instance.main.endpoint}, …]");
    let tags = run("merge", &[object(&[("a", text("1"))]), unknown.clone()]);
    assert_eq!(shown(&tags), "{a = 1, …}");
    assert_eq!(answer(&run("lookup", &[tags, text("a"), text("d")])), "\"1\"");
    assert_eq!(shown(&run("flatten", &[list(&[list(&[text("a")]), unknown.clone()])])), "[a, …]");
    assert_eq!(
        shown(&run("distinct", &[list(&[text("a"), endpoint(), text("a")])])),
        "[a, ${aws_db_instance.main.endpoint}, …]"
    );
    assert_eq!(
        shown(&run("compact", &[list(&[text("a"), text(""), endpoint()])])),
        "[a, ${aws_db_instance.main.endpoint}, …]"
    );
    let set = run("toset", &[list(&[text("b"), endpoint(), text("a")])]);
    assert_eq!(shown(&set), "[a, b, ${aws_db_instance.main.endpoint}]");
    assert_eq!(shown(&run("setunion", &[set, unknown])), "[a, b, ${aws_db_instance.main.endpoint}, …]");
}

#[test]
fn one_unknown_value_does_not_hide_the_others() {
    let map = object(&[("a", endpoint()), ("b", text("x"))]);
    assert_eq!(answer(&run("lookup", &[map.clone(), text("b"), text("")])), "\"x\"");
    assert_eq!(answer(&run("keys", std::slice::from_ref(&map))), r#"["a","b"]"#);
    assert!(run("lookup", &[map, text("a"), text("")]).as_unknown().unwrap().reference.is_some());
}

#[test]
fn a_function_of_an_undecided_value_has_a_result_for_each() {
    let value = undecided(&text("a"), &text("b"));
    let upper = run("upper", &[value]);
    let candidates: Vec<String> = upper.as_unknown().unwrap().candidates.iter().map(answer).collect();
    assert_eq!(candidates, ["\"A\"", "\"B\""]);
    let lists = undecided(&list(&[text("x")]), &list(&[]));
    let joined = run("concat", &[lists, list(&[text("y")])]);
    let unk = joined.as_unknown().unwrap();
    assert_eq!(unk.candidates.iter().map(answer).collect::<Vec<_>>(), [r#"["x","y"]"#, r#"["y"]"#]);
    assert_eq!(answer(unk.partial.as_ref().unwrap()), r#"["y"]"#);
}

#[test]
fn coalesce_of_an_input_and_a_default_can_be_either() {
    let value = run("coalesce", &[endpoint(), text("localhost")]);
    let Data::Unknown(unknown) = export(&value, &mut OriginArena::new(0), &mut Shared::default()).data else {
        panic!("unknown")
    };
    let shown: Vec<String> = unknown.candidates.iter().map(Value::display).collect();
    assert_eq!(shown, ["${aws_db_instance.main.endpoint}", "localhost"]);
}

#[test]
fn what_json_encodes_is_not_forgotten() {
    let value = run("jsonencode", &[list(&[object(&[("host", endpoint())])])]);
    assert_eq!(value.as_unknown().unwrap().prefix, "[");
    let exported = export(&value, &mut OriginArena::new(0), &mut Shared::default());
    let inner = exported.decoded(iaclint_value::Encoding::Json).unwrap();
    assert!(inner.at(0).unwrap().get("host").unwrap().as_reference().is_some());
    let again = run("jsondecode", &[value]);
    assert_eq!(shown(&again), "[{host = ${aws_db_instance.main.endpoint}}]");
    let base64 = run("base64encode", &[run("format", &[text("HOST=%s"), endpoint()])]);
    assert_eq!(shown(&run("base64decode", &[base64])), "HOST=${aws_db_instance.main.endpoint}");
    let yaml = run("yamlencode", &[object(&[("a", endpoint())])]);
    assert_eq!(shown(&run("yamldecode", &[yaml])), "{a = ${aws_db_instance.main.endpoint}}");
}

#[test]
fn decoded_values_stand_where_they_are_written() {
    let mut host = stand();
    let at = Span::new(FileId(0), 0..1);
    let file = call(&mut host, "file", &[text("a.json")], at).unwrap();
    let decoded = call(&mut host, "jsondecode", &[file], at).unwrap();
    let port = &decoded.fields().unwrap()[0].2;
    let span = host.arena.get(port.origin).unwrap().span;
    assert_eq!(host.sources.display(span), "a.json:2:11");
    let yaml = call(&mut host, "yamldecode", &[placed("a:\n  b: text\n", 100)], at).unwrap();
    let inner = &yaml.fields().unwrap()[0].2.fields().unwrap()[0].2;
    assert_eq!(host.arena.get(inner.origin).unwrap().span, Span::new(FileId(7), 108..112));
}

#[test]
fn holes_survive_in_yaml() {
    let value = run("format", &[text("host: %s\nurl: \"pg://%s:5432\"\nport: 1\n"), endpoint(), endpoint()]);
    let decoded = run("yamldecode", &[value]);
    assert_eq!(
        shown(&decoded),
        "{host = ${aws_db_instance.main.endpoint}, port = 1, url = pg://${aws_db_instance.main.endpoint}:5432}"
    );
}

#[test]
fn the_places_of_known_texts_survive() {
    let items = run("split", &[text(","), placed("a,bc", 10)]);
    let K::Str(second) = &items.elements().unwrap()[1].k else { panic!("a string") };
    let text_of = second.placed.clone().unwrap();
    let Piece::Literal(literal) = &text_of.pieces()[0] else { panic!("a literal") };
    assert_eq!(literal.placed.as_ref().unwrap().span, Span::new(FileId(7), 12..14));
}

#[test]
fn marks_spread_to_what_is_made_and_stay_on_what_is_passed_through() {
    let secret = text("s").marked(Marks::SENSITIVE);
    assert!(run("upper", std::slice::from_ref(&secret)).marks.has(Marks::SENSITIVE));
    let map = object(&[("a", secret), ("b", text("x"))]);
    assert!(!run("keys", std::slice::from_ref(&map)).marks.has(Marks::SENSITIVE));
    assert!(!run("lookup", &[map.clone(), text("b")]).marks.has(Marks::SENSITIVE));
    assert!(run("lookup", &[map.clone(), text("a")]).marks.has(Marks::SENSITIVE));
    assert!(run("jsonencode", &[map]).marks.has(Marks::SENSITIVE));
}

#[test]
fn every_run_has_another_time() {
    for name in ["timestamp", "uuid", "plantimestamp"] {
        assert_eq!(run(name, &[]).as_unknown().unwrap().why, Why::Impure(name.into()));
    }
}

#[test]
fn errors_name_the_argument() {
    assert_eq!(try_call("upper", &[Val::null(NONE)]).unwrap_err().argument, Some(0));
    assert_eq!(
        try_call("slice", &[list(&[]), Val::int(0, NONE), Val::int(1, NONE)]).unwrap_err().argument,
        Some(2)
    );
    assert_eq!(try_call("file", &[text("nope")]).unwrap_err().argument, Some(0));
    assert!(try_call("upper", &[]).unwrap_err().message.contains("takes 1"));
}

#[test]
fn no_argument_makes_a_function_panic() {
    let odd = [
        Val::null(NONE),
        Val::bool(true, NONE),
        Val::int(-1, NONE),
        Val::int(i64::MAX, NONE),
        Val::num(crate::num::Num::parse("1e3999").unwrap(), NONE),
        Val::num(crate::num::Num::parse("-0.5").unwrap(), NONE),
        text(""),
        text("é\u{301}🇩🇪\u{fffc}%[/{\"'\\"),
        text("%s%d%v%5.3f%q"),
        text("10.0.0.0/8"),
        placed("- a\n- {b: *x}\n", 3),
        list(&[]),
        list(&[text("a"), endpoint(), Val::null(NONE)]),
        object(&[("a", endpoint()), ("é", list(&[]))]),
        endpoint(),
        run("format", &[text("é%sé"), endpoint()]),
        Val::unknown(Why::Cycle, NONE),
        undecided(&text("a"), &Val::null(NONE)),
    ];
    for name in table::FUNCTIONS.iter().map(|f| f.name) {
        for a in &odd {
            let _ = try_call(name, std::slice::from_ref(a));
            for b in &odd {
                let _ = try_call(name, &[a.clone(), b.clone()]);
                for c in &odd[2..6] {
                    let _ = try_call(name, &[a.clone(), b.clone(), c.clone()]);
                }
            }
        }
    }
}
