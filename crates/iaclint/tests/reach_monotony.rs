//! One more rule that lets something through never closes a way, and never makes it less certain that it is open.

use std::sync::Arc;

use iaclint_analysis::Analysis;
use iaclint_analysis::path::HopKind;
use iaclint_model::{Answer, Model};
use iaclint_parser::{Options, parse};
use iaclint_source::Memory;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Where a rule is put.
#[derive(Clone, Copy, Debug)]
enum Place {
    GroupIn,
    GroupOut,
    AclIn,
    AclOut,
}

/// A rule that may let something through.
#[derive(Clone, Debug)]
struct Rule {
    place: Place,
    ports: (i64, i64),
    /// Addresses, a group, or a parameter without a value.
    side: Side,
    /// Its place in the order of an ACL.
    number: i64,
    /// An ACL's rule may drop.
    allow: bool,
}

#[derive(Clone, Copy, Debug)]
enum Side {
    Cidr(&'static str),
    Group(&'static str),
    Unknown,
}

fn sides() -> impl Strategy<Value = Side> {
    let cidrs = [
        "0.0.0.0/0",
        "10.0.0.0/16",
        "10.0.1.0/24",
        "10.0.1.0/25",
        "10.0.1.128/25",
        "10.0.2.0/24",
        "192.168.0.0/16",
    ];
    prop_oneof![
        4 => prop::sample::select(cidrs.to_vec()).prop_map(Side::Cidr),
        2 => prop::sample::select(vec!["App", "Data", "Other"]).prop_map(Side::Group),
        1 => Just(Side::Unknown),
    ]
}

fn rules(allow: impl Strategy<Value = bool>) -> impl Strategy<Value = Rule> {
    let places = vec![Place::GroupIn, Place::GroupOut, Place::AclIn, Place::AclOut];
    let ports = vec![
        (5432, 5432),
        (0, 65535),
        (1024, 65535),
        (32768, 60999),
        (1024, 40000),
        (40001, 65535),
        (443, 443),
    ];
    let (places, ports) = (prop::sample::select(places), prop::sample::select(ports));
    (places, ports, sides(), 1..30_i64, allow).prop_map(|(place, ports, side, number, allow)| {
        // The rules of groups only let through.
        let allow = allow || matches!(place, Place::GroupIn | Place::GroupOut);
        Rule { place, ports, side, number, allow }
    })
}

fn resource(kind: &str, properties: &Value) -> Value {
    json!({ "Type": kind, "Properties": properties })
}

fn group_id(name: &str) -> Value {
    json!({ "Fn::GetAtt": [name, "GroupId"] })
}

/// A function and a database in two subnets of a VPC, with these rules. The groups have an egress rule of their own, so that the one
/// which EC2 makes is gone in any case.
fn template(rules: &[Rule]) -> String {
    let mut all: Map<String, Value> = Map::new();
    all.insert("Vpc".into(), resource("AWS::EC2::VPC", &json!({ "CidrBlock": "10.0.0.0/16" })));
    for (name, cidr) in [("AppNet", "10.0.1.0/24"), ("DataNet", "10.0.2.0/24")] {
        let net = json!({ "VpcId": { "Ref": "Vpc" }, "CidrBlock": cidr });
        all.insert(name.into(), resource("AWS::EC2::Subnet", &net));
    }
    for name in ["App", "Data", "Other"] {
        let nowhere =
            json!([{ "IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "CidrIp": "255.255.255.255/32" }]);
        let group =
            json!({ "GroupDescription": name, "VpcId": { "Ref": "Vpc" }, "SecurityGroupEgress": nowhere });
        all.insert(name.into(), resource("AWS::EC2::SecurityGroup", &group));
    }
    all.insert("Acl".into(), resource("AWS::EC2::NetworkAcl", &json!({ "VpcId": { "Ref": "Vpc" } })));
    let tie = json!({ "NetworkAclId": { "Ref": "Acl" }, "SubnetId": { "Ref": "DataNet" } });
    all.insert("Tie".into(), resource("AWS::EC2::SubnetNetworkAclAssociation", &tie));
    for (at, rule) in (0_i64..).zip(rules) {
        let (from, to) = rule.ports;
        let (kind, mut properties) = match rule.place {
            Place::GroupIn | Place::GroupOut => {
                let into = matches!(rule.place, Place::GroupIn);
                let own = group_id(if into { "Data" } else { "App" });
                let mut rule_of =
                    json!({ "GroupId": own, "IpProtocol": "tcp", "FromPort": from, "ToPort": to });
                let name = if into { "SourceSecurityGroupId" } else { "DestinationSecurityGroupId" };
                if let Side::Group(other) = rule.side {
                    rule_of[name] = group_id(other);
                }
                let kind =
                    if into { "AWS::EC2::SecurityGroupIngress" } else { "AWS::EC2::SecurityGroupEgress" };
                (kind, rule_of)
            }
            Place::AclIn | Place::AclOut => {
                let action = if rule.allow { "allow" } else { "deny" };
                // No two rules of one direction have one number.
                let number = rule.number * 100 + at;
                let entry = json!({
                    "NetworkAclId": { "Ref": "Acl" }, "RuleNumber": number, "RuleAction": action, "Protocol": 6,
                    "Egress": matches!(rule.place, Place::AclOut), "PortRange": { "From": from, "To": to }
                });
                ("AWS::EC2::NetworkAclEntry", entry)
            }
        };
        let acl = kind == "AWS::EC2::NetworkAclEntry";
        let cidr = match rule.side {
            Side::Cidr(cidr) => Some(json!(cidr)),
            Side::Unknown => Some(json!({ "Ref": "Given" })),
            Side::Group(_) => acl.then(|| json!("0.0.0.0/0")),
        };
        if let Some(cidr) = cidr {
            properties[if acl { "CidrBlock" } else { "CidrIp" }] = cidr;
        }
        all.insert(format!("Rule{at}"), resource(kind, &properties));
    }
    let subnets = json!({ "DBSubnetGroupDescription": "data", "SubnetIds": [{ "Ref": "DataNet" }] });
    all.insert("Subnets".into(), resource("AWS::RDS::DBSubnetGroup", &subnets));
    let database = json!({
        "Engine": "postgres", "DBSubnetGroupName": { "Ref": "Subnets" }, "PubliclyAccessible": false, "VPCSecurityGroups": [group_id("Data")]
    });
    all.insert("Db".into(), resource("AWS::RDS::DBInstance", &database));
    let function = json!({
        "Environment": { "Variables": { "DB_HOST": { "Fn::GetAtt": ["Db", "Endpoint.Address"] } } },
        "VpcConfig": { "SubnetIds": [{ "Ref": "AppNet" }], "SecurityGroupIds": [group_id("App")] }
    });
    all.insert("Function".into(), resource("AWS::Lambda::Function", &function));
    json!({ "Parameters": { "Given": { "Type": "String" } }, "Resources": all }).to_string()
}

/// The verdict of the way and of each hop.
fn verdicts(rules: &[Rule]) -> Vec<(Option<HopKind>, Answer)> {
    let files = Memory::of([("template.json", template(rules).as_str())]);
    let options = Options { paths: vec!["/".into()], project_root: Some("/".into()), ..Options::default() };
    let parsed = parse(Arc::new(files), &options).expect("it is a project");
    let model = Model::new(&parsed.graph, parsed.project.sources());
    let analysis = Analysis::new(&model);
    let path = analysis.path(analysis.needs().first().expect("the function is given the address"));
    let hops = path.hops.iter().map(|hop| (Some(hop.kind), hop.open));
    std::iter::once((None, path.open)).chain(hops).collect()
}

fn rank(answer: Answer) -> u8 {
    match answer {
        Answer::No => 0,
        Answer::Maybe => 1,
        Answer::Yes => 2,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_rule_that_lets_through_never_closes_a_way(
        before in prop::collection::vec(rules(any::<bool>()), 0..8),
        more in rules(Just(true)),
    ) {
        let first = verdicts(&before);
        let after = verdicts(&[before.as_slice(), &[more]].concat());
        for ((hop, was), (_, is)) in first.iter().zip(&after) {
            prop_assert!(rank(*is) >= rank(*was), "{hop:?} was {was:?} and is {is:?}");
        }
    }
}

#[test]
fn the_ways_of_the_property_are_of_all_kinds() {
    let rule = |place, side| Rule { place, ports: (0, 65535), side, number: 1, allow: true };
    let open = [Place::GroupIn, Place::GroupOut, Place::AclIn, Place::AclOut]
        .map(|p| rule(p, Side::Cidr("0.0.0.0/0")));
    assert_eq!(verdicts(&open)[0].1, Answer::Yes);
    assert_eq!(verdicts(&[])[0].1, Answer::No);
    let unknown =
        [Place::GroupIn, Place::GroupOut, Place::AclIn, Place::AclOut].map(|p| rule(p, Side::Unknown));
    assert_eq!(verdicts(&unknown)[0].1, Answer::Maybe);
}
