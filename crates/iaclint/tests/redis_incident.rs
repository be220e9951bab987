//! The Redis incident in every spelling: a cache that admits the group its clients have left, and a client in another one.
//!
//! Each project is one text with three places to fill: who is admitted, what the client sends with, and what else there is.

#[path = "support/run.rs"]
mod run;

use std::fmt::Write;
use std::sync::Arc;

use iaclint_lint::Finding;
use iaclint_rules::RULES;
use iaclint_source::Memory;
use serde_json::{Value, json};

use run::run;

const RULE: &str = "sg-ingress-missing-client-group";

/// A network with three groups: the old one, which nothing uses any more, the tenant's and one that the tenant has beside it. With a
/// backend it is deployed as it stands, also with variables that have no value.
const NETWORK: &str = r#"
terraform {
  backend "s3" {}
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "a" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.1.0/24"
}

resource "aws_subnet" "b" {
  vpc_id     = aws_vpc.main.id
  cidr_block = "10.0.2.0/24"
}

resource "aws_security_group" "old" {
  name   = "old"
  vpc_id = aws_vpc.main.id
}

resource "aws_security_group" "tenant" {
  name   = "tenant"
  vpc_id = aws_vpc.main.id
}

resource "aws_security_group" "beside" {
  name   = "beside"
  vpc_id = aws_vpc.main.id
}
"#;

const CACHE: &str = r#"
resource "aws_elasticache_subnet_group" "main" {
  name       = "main"
  subnet_ids = SUBNETS
}

resource "aws_elasticache_replication_group" "main" {
  replication_group_id = "main"
  description          = "sessions"
  node_type            = "cache.t4g.small"
  subnet_group_name    = aws_elasticache_subnet_group.main.name
  security_group_ids   = [aws_security_group.redis.id]
}
"#;

const TENANT: &str = r#"
resource "aws_ecs_task_definition" "api" {
  family       = "api"
  network_mode = "awsvpc"
  container_definitions = jsonencode([{
    name        = "api"
    image       = "shop/api:1.4"
    memory      = 512
    environment = [{ name = "REDIS_HOST", value = REDIS }]
  }])
}

resource "aws_ecs_service" "api" {
  name            = "api"
  task_definition = aws_ecs_task_definition.api.arn

  network_configuration {
    subnets         = SUBNETS
    security_groups = GROUPS
  }
}
"#;

const SUBNETS: &str = "[aws_subnet.a.id, aws_subnet.b.id]";
const ADDRESS: &str = "aws_elasticache_replication_group.main.primary_endpoint_address";

/// How the rules of the cache are written.
#[derive(Clone, Copy, Debug)]
enum Spelling {
    Inline,
    RuleResource,
    IngressRule,
    ModulesAndForEach,
}

const SPELLINGS: [Spelling; 4] =
    [Spelling::Inline, Spelling::RuleResource, Spelling::IngressRule, Spelling::ModulesAndForEach];

/// Who is admitted: groups by their names, and addresses.
struct Admitted<'a> {
    groups: &'a [&'a str],
    cidrs: &'a [&'a str],
}

fn quoted(texts: &[&str]) -> String {
    texts
        .iter()
        .map(|t| if t.starts_with("var.") { (*t).to_owned() } else { format!("\"{t}\"") })
        .collect::<Vec<_>>()
        .join(", ")
}

fn ids(names: &[&str]) -> String {
    let id = |name: &&str| {
        if name.contains('.') { (*name).to_owned() } else { format!("aws_security_group.{name}.id") }
    };
    names.iter().map(id).collect::<Vec<_>>().join(", ")
}

/// The files of the project: the cache admits these, the client sends with those.
fn project(
    spelling: Spelling,
    admitted: &Admitted<'_>,
    client: &[&str],
    more: &str,
) -> Vec<(String, String)> {
    let cache = CACHE.replace("SUBNETS", SUBNETS);
    let tenant = TENANT
        .replace("SUBNETS", SUBNETS)
        .replace("GROUPS", &format!("[{}]", ids(client)))
        .replace("REDIS", ADDRESS);
    let group = |inside: &str| {
        format!(
            "resource \"aws_security_group\" \"redis\" {{\n  name   = \"redis\"\n  vpc_id = aws_vpc.main.id\n{inside}}}\n"
        )
    };
    let main = |rules: String| vec![("main.tf".to_owned(), format!("{NETWORK}{rules}{cache}{tenant}{more}"))];
    match spelling {
        Spelling::Inline => main(group(&format!(
            "  ingress {{\n    from_port = 6379\n    to_port = 6379\n    protocol = \"tcp\"\n    security_groups = [{}]\n    cidr_blocks = [{}]\n  }}\n",
            ids(admitted.groups),
            quoted(admitted.cidrs)
        ))),
        Spelling::RuleResource => {
            let mut rules = group("");
            let head = "type = \"ingress\"\n  from_port = 6379\n  to_port = 6379\n  protocol = \"tcp\"\n  security_group_id = aws_security_group.redis.id";
            for (at, name) in admitted.groups.iter().enumerate() {
                let _ = write!(
                    rules,
                    "resource \"aws_security_group_rule\" \"g{at}\" {{\n  {head}\n  source_security_group_id = {}\n}}\n",
                    ids(&[name])
                );
            }
            if !admitted.cidrs.is_empty() {
                let _ = write!(
                    rules,
                    "resource \"aws_security_group_rule\" \"c\" {{\n  {head}\n  cidr_blocks = [{}]\n}}\n",
                    quoted(admitted.cidrs)
                );
            }
            main(rules)
        }
        Spelling::IngressRule => {
            let mut rules = group("");
            let head = "security_group_id = aws_security_group.redis.id\n  from_port = 6379\n  to_port = 6379\n  ip_protocol = \"tcp\"";
            let named =
                admitted.groups.iter().map(|name| format!("referenced_security_group_id = {}", ids(&[name])));
            let cidrs = admitted.cidrs.iter().map(|cidr| format!("cidr_ipv4 = {}", quoted(&[cidr])));
            for (at, side) in named.chain(cidrs).enumerate() {
                let _ = write!(
                    rules,
                    "resource \"aws_vpc_security_group_ingress_rule\" \"r{at}\" {{\n  {head}\n  {side}\n}}\n"
                );
            }
            main(rules)
        }
        Spelling::ModulesAndForEach => {
            let root = format!(
                "{NETWORK}module \"data\" {{\n  source = \"./data\"\n  vpc_id = aws_vpc.main.id\n  subnets = {SUBNETS}\n  groups = {{ {} }}\n  cidrs = [{}]\n}}\n\
                 module \"tenant\" {{\n  source = \"./tenant\"\n  subnets = {SUBNETS}\n  groups = [{}]\n  redis = module.data.address\n}}\n{more}",
                admitted
                    .groups
                    .iter()
                    .enumerate()
                    .map(|(at, name)| format!("g{at} = {}", ids(&[name])))
                    .collect::<Vec<_>>()
                    .join(", "),
                quoted(admitted.cidrs),
                ids(client)
            );
            let variables = "variable \"vpc_id\" {}\nvariable \"subnets\" {}\nvariable \"groups\" {}\nvariable \"cidrs\" {}\n";
            let data = format!(
                "{variables}module \"redis\" {{\n  source = \"../redis\"\n  vpc_id = var.vpc_id\n  subnets = var.subnets\n  groups = var.groups\n  cidrs = var.cidrs\n}}\n\
                 output \"address\" {{\n  value = module.redis.address\n}}\n"
            );
            let head = "security_group_id = aws_security_group.redis.id\n  from_port = 6379\n  to_port = 6379\n  ip_protocol = \"tcp\"";
            let redis = format!(
                "{variables}resource \"aws_security_group\" \"redis\" {{\n  name = \"redis\"\n  vpc_id = var.vpc_id\n}}\n\
                 resource \"aws_vpc_security_group_ingress_rule\" \"groups\" {{\n  for_each = var.groups\n  {head}\n  referenced_security_group_id = each.value\n}}\n\
                 resource \"aws_vpc_security_group_ingress_rule\" \"cidrs\" {{\n  for_each = toset(var.cidrs)\n  {head}\n  cidr_ipv4 = each.value\n}}\n\
                 {}output \"address\" {{\n  value = {ADDRESS}\n}}\n",
                CACHE.replace("SUBNETS", "var.subnets")
            );
            let tenant = format!(
                "variable \"subnets\" {{}}\nvariable \"groups\" {{}}\nvariable \"redis\" {{}}\n{}",
                TENANT
                    .replace("SUBNETS", "var.subnets")
                    .replace("GROUPS", "var.groups")
                    .replace("REDIS", "var.redis")
            );
            [("main.tf", root), ("data/main.tf", data), ("redis/main.tf", redis), ("tenant/main.tf", tenant)]
                .map(|(name, text)| (name.to_owned(), text))
                .to_vec()
        }
    }
}

fn findings(files: &[(String, String)]) -> Vec<Finding> {
    let memory = Memory::of(files.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    let outcome = run(Arc::new(memory), &run::project("/"), RULES).expect("the project is read");
    assert!(outcome.faults_of_input.is_empty(), "{:?}", outcome.faults_of_input);
    assert!(outcome.resources > 0);
    let findings: Vec<Finding> = outcome.findings.into_iter().filter(|f| f.rule == RULE).collect();
    for finding in &findings {
        // What blocks is the group or one of its rules, wherever the client stands.
        let place = outcome.sources.display(finding.primary.span);
        assert!(
            ["main.tf", "redis/main.tf", "cdk.out/Cache"].iter().any(|file| place.starts_with(file)),
            "{place}"
        );
    }
    findings
}

/// All that a finding says.
fn said(finding: &Finding) -> String {
    format!("{finding:?}")
}

fn silent_in_all(admitted: &Admitted<'_>, client: &[&str], more: &str) {
    for spelling in SPELLINGS {
        let found = findings(&project(spelling, admitted, client, more));
        assert!(
            found.is_empty(),
            "{spelling:?}: {:?}",
            found.iter().map(|f| &f.headline).collect::<Vec<_>>()
        );
    }
}

const OLD: Admitted<'_> = Admitted { groups: &["old"], cidrs: &[] };

#[test]
fn the_incident_is_found_in_every_spelling_of_terraform() {
    for spelling in SPELLINGS {
        let found = findings(&project(spelling, &OLD, &["tenant"], ""));
        let [finding] = &found[..] else { panic!("{spelling:?}: {} findings", found.len()) };
        let all = said(finding);
        assert!(
            finding.headline.contains("aws_security_group.redis does not admit"),
            "{spelling:?}: {}",
            finding.headline
        );
        assert!(finding.headline.contains("port 6379"), "{spelling:?}: {}", finding.headline);
        assert!(
            finding.primary.text.contains("aws_security_group.old"),
            "{spelling:?}: {}",
            finding.primary.text
        );
        assert!(all.contains("it sends from aws_security_group.tenant"), "{spelling:?}: {all}");
    }
}

#[test]
fn one_admitted_group_of_the_client_is_enough() {
    silent_in_all(&OLD, &["tenant", "old"], "");
    silent_in_all(&Admitted { groups: &["old", "beside"], cidrs: &[] }, &["tenant", "beside"], "");
}

#[test]
fn addresses_that_cover_the_subnets_of_the_client_are_enough() {
    silent_in_all(&Admitted { groups: &["old"], cidrs: &["10.0.0.0/16"] }, &["tenant"], "");
    // Two rules that cover a subnet each.
    silent_in_all(&Admitted { groups: &["old"], cidrs: &["10.0.1.0/24", "10.0.2.0/24"] }, &["tenant"], "");
    // A half of each subnet: some tasks get through, some do not.
    silent_in_all(&Admitted { groups: &["old"], cidrs: &["10.0.1.0/25"] }, &["tenant"], "");
}

#[test]
fn addresses_of_others_are_not_enough() {
    for spelling in SPELLINGS {
        let admitted = Admitted { groups: &["old"], cidrs: &["10.0.3.0/24", "192.168.0.0/16"] };
        assert_eq!(findings(&project(spelling, &admitted, &["tenant"], "")).len(), 1, "{spelling:?}");
    }
}

#[test]
fn what_is_not_known_on_the_way_keeps_it_silent() {
    let variable = "variable \"given\" {\n  type = string\n}\n";
    // An address, a group and a group of the client that are only known at the deployment.
    silent_in_all(&Admitted { groups: &["old"], cidrs: &["var.given"] }, &["tenant"], variable);
    silent_in_all(&Admitted { groups: &["old", "var.given"], cidrs: &[] }, &["tenant"], variable);
    silent_in_all(&OLD, &["tenant", "var.given"], variable);
}

#[test]
fn a_rule_of_one_group_or_another_keeps_it_silent() {
    let rule = "variable \"given\" {\n  type = bool\n}\nresource \"aws_vpc_security_group_ingress_rule\" \"any\" {\n  \
                security_group_id = var.given ? aws_security_group.redis.id : aws_security_group.old.id\n  ip_protocol = \"-1\"\n  \
                cidr_ipv4 = \"0.0.0.0/0\"\n}\n";
    for spelling in [Spelling::Inline, Spelling::RuleResource, Spelling::IngressRule] {
        let found = findings(&project(spelling, &OLD, &["tenant"], rule));
        assert!(found.is_empty(), "{spelling:?}: {}", found.len());
    }
}

#[test]
fn a_rule_of_a_group_that_is_made_elsewhere_opens_nothing_here() {
    // What an input names was there before the cache's group.
    let rule = "variable \"given\" {\n  type = string\n}\nresource \"aws_vpc_security_group_ingress_rule\" \"any\" {\n  \
                security_group_id = var.given\n  ip_protocol = \"-1\"\n  cidr_ipv4 = \"0.0.0.0/0\"\n}\n";
    assert_eq!(findings(&project(Spelling::IngressRule, &OLD, &["tenant"], rule)).len(), 1);
}

/// The project of the incident in every spelling with a part of its text replaced, and more in the file that holds it.
fn silent_with(part: &str, by: &str, more: &str) {
    for spelling in SPELLINGS {
        let mut files = project(spelling, &OLD, &["tenant"], "");
        let (_, text) = files.iter_mut().find(|(_, text)| text.contains(part)).expect("the part is there");
        *text = text.replace(part, by) + more;
        let found: Vec<String> = findings(&files).into_iter().map(|f| f.headline).collect();
        assert_eq!(found, [""; 0], "{spelling:?}");
    }
}

#[test]
fn a_cache_of_which_not_everything_is_known_keeps_it_silent() {
    let data = "data \"aws_security_group\" \"given\" {\n  name = \"given\"\n}\n";
    let own = "security_group_ids   = [aws_security_group.redis.id";
    // A second group of the cache that another configuration makes.
    silent_with(
        own,
        "security_group_ids   = [data.aws_security_group.given.id, aws_security_group.redis.id",
        data,
    );
    // The port is chosen at the deployment.
    let data = "data \"external\" \"port\" {\n  program = [\"port\"]\n}\n";
    silent_with(own, &format!("port = data.external.port.result.port\n  {own}"), data);
}

#[test]
fn a_rule_that_may_be_there_keeps_it_silent() {
    let rule = |count: &str| {
        format!(
            "variable \"given\" {{\n  type = bool\n}}\nresource \"aws_security_group_rule\" \"tenant\" {{\n  {count}\n  type = \"ingress\"\n  \
             from_port = 6379\n  to_port = 6379\n  protocol = \"tcp\"\n  security_group_id = GUARD\n  \
             source_security_group_id = aws_security_group.tenant.id\n}}\n"
        )
    };
    let files = |count: &str| {
        project(
            Spelling::Inline,
            &OLD,
            &["tenant"],
            &rule(count).replace("GUARD", "aws_security_group.redis.id"),
        )
    };
    assert_eq!(findings(&files("count = var.given ? 1 : 0")).len(), 0);
    assert_eq!(findings(&files("count = 0")).len(), 1);
    assert_eq!(findings(&files("count = 1")).len(), 0);
}

#[test]
fn blocks_of_a_list_that_is_not_known_keep_it_silent() {
    let files =
        project(Spelling::Inline, &OLD, &["tenant"], "variable \"given\" {\n  type = list(string)\n}\n");
    let dynamic = "  dynamic \"ingress\" {\n    for_each = var.given\n    content {\n      from_port = 6379\n      to_port = 6379\n      \
                   protocol = \"tcp\"\n      security_groups = [ingress.value]\n    }\n  }\n  ingress {";
    let files: Vec<(String, String)> =
        files.into_iter().map(|(name, text)| (name, text.replacen("  ingress {", dynamic, 1))).collect();
    assert!(findings(&files).is_empty());
}

/// A reference from one stack of the CDK to another, as an export or as a weak one.
struct Across {
    weak: bool,
}

impl Across {
    fn output(&self, stack: &str, name: &str, value: &Value) -> (String, Value) {
        if self.weak {
            (format!("PublishOutput{name}"), json!({ "Value": value }))
        } else {
            let export = format!("{stack}:ExportsOutput{name}");
            (format!("ExportsOutput{name}"), json!({ "Value": value, "Export": { "Name": export } }))
        }
    }

    fn reference(&self, stack: &str, name: &str) -> Value {
        if self.weak {
            json!({ "Fn::GetStackOutput": { "StackName": stack, "Region": "eu-west-1", "OutputName": format!("PublishOutput{name}") } })
        } else {
            json!({ "Fn::ImportValue": format!("{stack}:ExportsOutput{name}") })
        }
    }
}

/// Three stacks of the CDK: the network with the groups, the cache, the service. `admitted` and `client` name groups of the network.
fn stacks(across: &Across, admitted: &[&str], client: &[&str]) -> Vec<(String, String)> {
    let group = |name: &str| {
        let properties = json!({ "GroupDescription": name, "VpcId": { "Ref": "Vpc" } });
        json!({ "Type": "AWS::EC2::SecurityGroup", "Properties": properties })
    };
    let subnet = |cidr: &str| json!({ "Type": "AWS::EC2::Subnet", "Properties": { "VpcId": { "Ref": "Vpc" }, "CidrBlock": cidr } });
    let names = ["Old", "Tenant", "Beside"];
    let mut network = serde_json::Map::new();
    network.insert(
        "Vpc".into(),
        json!({ "Type": "AWS::EC2::VPC", "Properties": { "CidrBlock": "10.0.0.0/16" } }),
    );
    network.insert("SubnetA".into(), subnet("10.0.1.0/24"));
    network.insert("SubnetB".into(), subnet("10.0.2.0/24"));
    network.extend(names.map(|name| (name.to_owned(), group(name))));
    let mut outputs: serde_json::Map<String, Value> = ["Vpc", "SubnetA", "SubnetB"]
        .map(|name| across.output("Network", &format!("Ref{name}"), &json!({ "Ref": name })))
        .into_iter()
        .collect();
    for name in names {
        outputs.extend([across.output(
            "Network",
            &format!("Group{name}"),
            &json!({ "Fn::GetAtt": [name, "GroupId"] }),
        )]);
    }
    let subnets =
        || json!([across.reference("Network", "RefSubnetA"), across.reference("Network", "RefSubnetB")]);
    let groups = |names: &[&str]| -> Vec<Value> {
        names.iter().map(|name| across.reference("Network", &format!("Group{name}"))).collect()
    };

    let mut cache = serde_json::Map::new();
    let vpc = across.reference("Network", "RefVpc");
    cache.insert("RedisGroup".into(), json!({ "Type": "AWS::EC2::SecurityGroup", "Properties": { "GroupDescription": "redis", "VpcId": vpc } }));
    for (at, source) in groups(admitted).into_iter().enumerate() {
        let rule = json!({ "GroupId": { "Fn::GetAtt": ["RedisGroup", "GroupId"] }, "IpProtocol": "tcp", "FromPort": 6379, "ToPort": 6379, "SourceSecurityGroupId": source });
        cache.insert(
            format!("RedisGroupFrom{at}"),
            json!({ "Type": "AWS::EC2::SecurityGroupIngress", "Properties": rule }),
        );
    }
    cache.insert("Subnets".into(), json!({ "Type": "AWS::ElastiCache::SubnetGroup", "Properties": { "Description": "private", "SubnetIds": subnets() } }));
    let redis = json!({
        "ReplicationGroupDescription": "sessions", "Engine": "redis", "CacheNodeType": "cache.t4g.small",
        "CacheSubnetGroupName": { "Ref": "Subnets" }, "SecurityGroupIds": [{ "Fn::GetAtt": ["RedisGroup", "GroupId"] }]
    });
    cache
        .insert("Redis".into(), json!({ "Type": "AWS::ElastiCache::ReplicationGroup", "Properties": redis }));
    let address =
        across.output("Cache", "Address", &json!({ "Fn::GetAtt": ["Redis", "PrimaryEndPoint.Address"] }));
    // The group itself is handed to another stack of the app as well.
    let guard = across.output("Cache", "Guard", &json!({ "Fn::GetAtt": ["RedisGroup", "GroupId"] }));

    let task = json!({
        "Family": "api", "NetworkMode": "awsvpc",
        "ContainerDefinitions": [{
            "Name": "api", "Image": "shop/api:1.4", "Memory": 512,
            "Environment": [{ "Name": "REDIS_HOST", "Value": across.reference("Cache", "Address") }]
        }]
    });
    let network_of_service =
        json!({ "AwsvpcConfiguration": { "Subnets": subnets(), "SecurityGroups": groups(client) } });
    let service = json!({
        "Task": { "Type": "AWS::ECS::TaskDefinition", "Properties": task },
        "Service": { "Type": "AWS::ECS::Service", "Properties": { "TaskDefinition": { "Ref": "Task" }, "NetworkConfiguration": network_of_service } }
    });
    let templates = [
        ("Network", json!({ "Resources": network, "Outputs": outputs })),
        ("Cache", json!({ "Resources": cache, "Outputs": serde_json::Map::from_iter([address, guard]) })),
        ("Service", json!({ "Resources": service })),
    ];
    let artifact = |name: &str| json!({ "type": "aws:cloudformation:stack", "environment": "aws://123456789012/eu-west-1", "properties": { "templateFile": format!("{name}.template.json") }, "displayName": name });
    let artifacts: serde_json::Map<String, Value> =
        templates.iter().map(|(name, _)| ((*name).to_owned(), artifact(name))).collect();
    let manifest = json!({ "version": "48.0.0", "artifacts": artifacts });
    let mut files: Vec<(String, String)> = templates
        .iter()
        .map(|(name, template)| (format!("cdk.out/{name}.template.json"), template.to_string()))
        .collect();
    files.push(("cdk.out/manifest.json".to_owned(), manifest.to_string()));
    files
}

#[test]
fn the_incident_is_found_across_three_stacks_of_the_cdk() {
    for weak in [false, true] {
        let found = findings(&stacks(&Across { weak }, &["Old"], &["Tenant"]));
        let [finding] = &found[..] else { panic!("weak: {weak}: {} findings", found.len()) };
        assert!(
            finding.headline.starts_with("RedisGroup does not admit Service on port 6379"),
            "{}",
            finding.headline
        );
        assert!(finding.primary.text.contains("Old"), "{}", finding.primary.text);
        assert!(said(finding).contains("it sends from Tenant"), "{}", said(finding));
    }
}

#[test]
fn stacks_that_admit_one_group_of_the_client_are_silent() {
    for weak in [false, true] {
        for (admitted, client) in [(&["Old", "Tenant"][..], &["Tenant"][..]), (&["Old"], &["Tenant", "Old"])]
        {
            assert!(findings(&stacks(&Across { weak }, admitted, client)).is_empty(), "weak: {weak}");
        }
    }
}

/// The stacks of the incident with what a rule of the cache admits replaced.
fn stacks_admitting(source: &Value) -> Vec<(String, String)> {
    let mut files = stacks(&Across { weak: false }, &["Old"], &["Tenant"]);
    for (name, text) in &mut files {
        if !name.ends_with("Cache.template.json") {
            continue;
        }
        let mut template: Value = serde_json::from_str(text).expect("the template is JSON");
        let rule = &mut template["Resources"]["RedisGroupFrom0"]["Properties"];
        let rule = rule.as_object_mut().expect("the rule has properties");
        rule.remove("SourceSecurityGroupId");
        rule.extend(source.as_object().expect("properties").clone());
        template["Parameters"] = json!({ "Given": { "Type": "String" } });
        *text = template.to_string();
    }
    files
}

#[test]
fn stacks_that_admit_the_addresses_of_the_client_are_silent() {
    assert!(findings(&stacks_admitting(&json!({ "CidrIp": "10.0.0.0/16" }))).is_empty());
    assert_eq!(findings(&stacks_admitting(&json!({ "CidrIp": "10.0.9.0/24" }))).len(), 1);
}

#[test]
fn stacks_that_admit_what_is_not_known_are_silent() {
    for source in [
        json!({ "SourceSecurityGroupId": { "Ref": "Given" } }),
        json!({ "SourceSecurityGroupId": { "Fn::ImportValue": "elsewhere" } }),
        json!({ "CidrIp": { "Ref": "Given" } }),
        json!({ "SourcePrefixListId": { "Ref": "Given" } }),
    ] {
        assert!(findings(&stacks_admitting(&source)).is_empty(), "{source}");
    }
}
