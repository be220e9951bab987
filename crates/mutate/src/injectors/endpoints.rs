//! Mistakes at the edges of a network: endpoints, mount targets, proxies, access lists, certificates, logs of load balancers.

use super::containers::fargate_tasks;
use super::firewall::{BALANCERS, Direction, GROUPS, LISTENER_RULES, LISTENERS, resources, rules_of};
use super::routes::{SUBNETS, has_no_default_route};
use super::services::{SERVICES, TARGET_GROUPS, task_of};
use crate::edit::Edit;
use crate::injector::{Injector, Place, Sight};
use crate::mentions::identity;
use crate::project::{Resource, Slot, slot_of};

/// This topic's.
pub(super) const ALL: &[Injector] = &[
    Injector {
        id: "endpoint-forgotten",
        rules: &["vpc-endpoints-incomplete"],
        mistake: "left one of the endpoints of a VPC without a way out",
        places: endpoint_forgotten,
    },
    Injector {
        id: "endpoint-shut",
        rules: &["vpc-endpoint-sg-missing-443"],
        mistake: "admitted nobody to the interface endpoints on port 443",
        places: endpoint_shut,
    },
    Injector {
        id: "function-cut-off",
        rules: &["lambda-vpc-no-internet"],
        mistake: "left out the endpoint by which a function in a VPC reaches a service that it is told of",
        places: function_cut_off,
    },
    Injector {
        id: "mount-target-shut",
        rules: &["efs-mount-target-unreachable"],
        mistake: "left out the rule that admits tasks to the mount targets of their file system",
        places: mount_target_shut,
    },
    Injector {
        id: "proxy-not-admitted",
        rules: &["rds-proxy-cannot-reach-database"],
        mistake: "left out a rule between a database proxy and its database",
        places: proxy_not_admitted,
    },
    Injector {
        id: "answers-forgotten",
        rules: &["nacl-blocks-return-traffic"],
        mistake: "left out the rule of a network ACL for the answers",
        places: answers_forgotten,
    },
    Injector {
        id: "subnet-group-forgotten",
        rules: &["rds-unreachable-network"],
        mistake: "left the subnet group of a database out, which puts it into the default VPC",
        places: subnet_group_forgotten,
    },
    Injector {
        id: "certificate-in-own-region",
        rules: &["cloudfront-certificate-not-us-east-1"],
        mistake: "made the certificate of a distribution in the region of everything else",
        places: certificate_in_own_region,
    },
    Injector {
        id: "log-bucket-without-policy",
        rules: &["lb-access-logs-bucket-not-writable"],
        mistake: "let nobody write to the bucket for a load balancer's access logs",
        places: log_bucket_without_policy,
    },
    Injector {
        id: "listener-answers-by-itself",
        rules: &["ecs-service-target-group-not-attached"],
        mistake: "left a listener at its fixed answer, so that nothing is sent to the target group of a service",
        places: listener_answers_by_itself,
    },
];

const ENDPOINTS: &[&str] = &["aws_vpc_endpoint", "AWS::EC2::VPCEndpoint"];
const FUNCTIONS: &[&str] = &["aws_lambda_function", "AWS::Lambda::Function"];

const GATEWAYS: &[&str] =
    &["aws_nat_gateway", "aws_internet_gateway", "AWS::EC2::NatGateway", "AWS::EC2::InternetGateway"];

/// Whether what names these subnets is in the VPC of an endpoint and has no other way out: there is no gateway beside the VPC, or the subnets
/// are tied to tables without a default route.
fn depends_on<'p>(sight: &Sight<'p>, endpoint: &Resource<'p>, user: &Resource<'p>, subnets: &str) -> bool {
    let vpcs = sight.mentions.at(endpoint, "vpc_id | VpcId");
    let named = sight.named(user, subnets, &["aws_subnet", "AWS::EC2::Subnet"]);
    let is_in = |subnet: &Resource<'p>| !sight.mentions.at(subnet, "vpc_id | VpcId").is_disjoint(&vpcs);
    if !named.iter().any(is_in) {
        return false;
    }
    let gateways = sight.resources(GATEWAYS);
    let is_beside = |gateway: &Resource<'_>| {
        gateway.document.is_terraform() || vpcs.iter().any(|(place, _)| *place == gateway.document.path)
    };
    !gateways.iter().any(is_beside) || has_no_default_route(sight, &sight.mentions.at(user, subnets))
}

/// What an endpoint is for, by the last words of its service's name.
fn service_of(endpoint: &Resource<'_>) -> String {
    let names = endpoint.at("service_name | ServiceName");
    let text = names.first().map_or("", |slot| slot.text());
    let word = |c: char| c.is_alphanumeric() || c == '.' || c == '-';
    let last = text.split(|c| !word(c)).rfind(|part| part.contains('.')).unwrap_or_default();
    let behind = last.trim_start_matches("com.amazonaws.").trim_start_matches('.');
    // Before the service may stand the region.
    let region = |part: &str| part.split('-').count() == 3 && part.ends_with(|c: char| c.is_ascii_digit());
    match behind.split_once('.') {
        Some((first, service)) if region(first) => service.to_owned(),
        _ => behind.to_owned(),
    }
}

/// Where a Fargate service without another way out uses what the endpoint is for.
fn endpoint_forgotten(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for endpoint in sight.resources(ENDPOINTS) {
        let service = service_of(&endpoint);
        let mut services = sight.resources(SERVICES);
        services.retain(|s| {
            task_of(sight, s).is_some_and(|task| uses(sight, &task, &service))
                && depends_on(sight, &endpoint, s, SUBNETS)
        });
        if !services.is_empty() {
            out.extend(sight.left_out(&endpoint).map(|p| services.iter().fold(p, Place::concerning)));
        }
    }
    out
}

/// Whether a Fargate task uses a service of AWS before it can start.
fn uses<'p>(sight: &Sight<'p>, task: &Resource<'p>, service: &str) -> bool {
    let words = task.document.slice(&task.whole.span).to_lowercase();
    let names = |kind: &str| {
        let named = sight.mentions.by(task);
        let mut named = named.iter().filter_map(|n| sight.mentions.resource(n));
        named.any(|r| r.kind.to_lowercase().contains(kind))
    };
    // The host of the registry may stand in a local beside the place where the image is written.
    let images = sight.written(task, "container_definitions.image | ContainerDefinitions.Image");
    let is_of_registry =
        |slot: &Slot<'_>| slot.node.literal().is_none() && slot.document.text.contains(".dkr.ecr.");
    let is_pulled = words.contains(".dkr.ecr.")
        || names("aws_ecr_")
        || names("::ecr::")
        || images.iter().any(is_of_registry);
    fargate_tasks(sight).iter().any(|t| identity(t) == identity(task))
        && match service {
            "ecr.api" | "ecr.dkr" | "s3" => is_pulled,
            "logs" => words.contains("awslogs"),
            "secretsmanager" => names("secretsmanager"),
            "ssm" => words.contains(":ssm:") || names("ssm"),
            _ => false,
        }
}

/// Where one rule is all that lets into the group of interface endpoints with private DNS.
fn endpoint_shut(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for endpoint in sight.resources(ENDPOINTS) {
        let private = sight.written(&endpoint, "private_dns_enabled | PrivateDnsEnabled");
        if private.first().and_then(|slot| slot.node.literal()) != Some("true") {
            continue;
        }
        for group in sight.named(&endpoint, "security_group_ids | SecurityGroupIds", GROUPS) {
            let rules = rules_of(sight, &group, Direction::In);
            if let [rule] = &rules[..] {
                let places = rule.dropped(sight).into_iter().chain(rule.mistyped(sight));
                out.extend(places.map(|p| p.concerning(&endpoint).concerning(&group)));
            }
        }
    }
    out
}

/// Where a function without another way out is told of what the endpoint is for.
fn function_cut_off(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for endpoint in sight.resources(ENDPOINTS) {
        let service = service_of(&endpoint);
        if !["secretsmanager", "sqs", "sns", "kms"].contains(&service.as_str()) {
            continue;
        }
        for function in sight.resources(FUNCTIONS) {
            let told = sight.mentions.at(&function, "environment | Environment");
            let mut kinds =
                told.iter().filter_map(|n| sight.mentions.resource(n)).map(|r| r.kind.to_lowercase());
            let path = "vpc_config.subnet_ids | VpcConfig.SubnetIds";
            if kinds.any(|kind| kind.contains(&service)) && depends_on(sight, &endpoint, &function, path) {
                out.extend(sight.left_out(&endpoint).map(|p| p.concerning(&function)));
            }
        }
    }
    out
}

/// Where a task mounts the file system, and one rule is all that lets into a group of its mount targets.
fn mount_target_shut(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for target in sight.resources(&["aws_efs_mount_target", "AWS::EFS::MountTarget"]) {
        let systems = sight.named(
            &target,
            "file_system_id | FileSystemId",
            &["aws_efs_file_system", "AWS::EFS::FileSystem"],
        );
        let Some(system) = systems.first() else { continue };
        if fargate_tasks(sight).iter().all(|task| !sight.mentions.names(task, "volume | Volumes", system)) {
            continue;
        }
        for group in sight.named(&target, "security_groups | SecurityGroups", GROUPS) {
            let rules = rules_of(sight, &group, Direction::In);
            if let [rule] = &rules[..] {
                let places = rule.dropped(sight).into_iter().chain(rule.mistyped(sight));
                out.extend(places.map(|p| p.concerning(system).concerning(&target)));
            }
        }
    }
    out
}

/// Where one rule alone lets from the proxy's group into the database's, or out of the proxy's to the database's.
fn proxy_not_admitted(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    let databases = ["aws_db_instance", "aws_rds_cluster", "AWS::RDS::DBInstance", "AWS::RDS::DBCluster"];
    for proxy in sight.resources(&["aws_db_proxy", "AWS::RDS::DBProxy"]) {
        let own = sight.mentions.at(&proxy, "vpc_security_group_ids | VpcSecurityGroupIds");
        let targets = ["aws_db_proxy_target", "AWS::RDS::DBProxyTargetGroup"];
        for target in sight.users(&proxy, &targets, "db_proxy_name | DBProxyName") {
            for database in resources(sight, &sight.mentions.by(&target), &databases) {
                let path = if database.kind == "AWS::RDS::DBInstance" {
                    "VPCSecurityGroups"
                } else {
                    "vpc_security_group_ids | VpcSecurityGroupIds"
                };
                let guards = sight.mentions.at(&database, path);
                for (from, peer, direction) in
                    [(&guards, &own, Direction::In), (&own, &guards, Direction::Out)]
                {
                    let groups = resources(sight, from, GROUPS);
                    let rules: Vec<_> = groups.iter().flat_map(|g| rules_of(sight, g, direction)).collect();
                    let through: Vec<_> = rules.iter().filter(|r| !r.peers.is_disjoint(peer)).collect();
                    // A group of a template without a rule of its own lets all out.
                    let shuts =
                        direction == Direction::In || rules.len() > 1 || proxy.document.is_terraform();
                    if let ([rule], true) = (&through[..], shuts && rules.iter().all(|r| !r.is_wide)) {
                        out.extend(rule.dropped(sight).map(|p| p.concerning(&proxy).concerning(&database)));
                    }
                }
            }
        }
    }
    out
}

/// Where an entry opens the ports from 1024, or all of them, and no other entry of its direction opens any of those.
fn answers_forgotten(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    let entries = sight.resources(&["aws_network_acl_rule", "AWS::EC2::NetworkAclEntry"]);
    let high = |entry: &Resource<'_>| {
        let last = sight.written(entry, "to_port | PortRange.To");
        let protocol = sight.written(entry, "protocol | Protocol");
        protocol.iter().any(|s| s.node.literal() == Some("-1"))
            || last
                .iter()
                .any(|s| s.node.literal().and_then(|n| n.parse::<u32>().ok()).is_some_and(|n| n > 1024))
    };
    let allows = |entry: &Resource<'_>| {
        entry.at("rule_action | RuleAction").iter().any(|s| s.node.literal() == Some("allow"))
    };
    for entry in entries.iter().filter(|e| high(e) && allows(e)) {
        let acl = sight.mentions.at(entry, "network_acl_id | NetworkAclId");
        let direction =
            |e: &Resource<'_>| e.at("egress | Egress").first().map_or(String::new(), |s| s.text().to_owned());
        let alike = entries.iter().filter(|e| {
            high(e)
                && allows(e)
                && direction(e) == direction(entry)
                && sight.mentions.at(e, "network_acl_id | NetworkAclId") == acl
        });
        if alike.count() == 1 {
            out.extend(sight.left_out(entry));
        }
    }
    out
}

/// Where a database of its own, no copy of another, names a subnet group, a service is told of it, and its groups are not those of the
/// default VPC.
fn subnet_group_forgotten(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for (server, groups) in super::firewall::servers(sight) {
        if groups.iter().any(|group| is_in_default_vpc(sight, group)) {
            continue;
        }
        let clients = super::firewall::clients(sight, &server);
        let copies = server.at("replicate_source_db | SourceDBInstanceIdentifier");
        if clients.is_empty() || !copies.is_empty() {
            continue;
        }
        for slot in server.at("db_subnet_group_name | DBSubnetGroupName") {
            let place = sight.without(&server, slot);
            out.extend(place.map(|p| clients.iter().fold(p, |p, (client, _)| p.concerning(client))));
        }
    }
    out
}

/// Whether a group says nothing of a VPC, or looks the default one up.
fn is_in_default_vpc(sight: &Sight<'_>, group: &Resource<'_>) -> bool {
    let path = "vpc_id | VpcId";
    let looked_up = sight.named(group, path, &["data.aws_vpc"]);
    group.at(path).is_empty()
        || !sight.named(group, path, &["aws_default_vpc"]).is_empty()
        || looked_up.iter().any(|vpc| vpc.body.literal_of("default") == Some("true"))
}

/// Whether everything else is in us-east-1 as well.
fn is_in_edge_region(sight: &Sight<'_>) -> bool {
    let terraform = sight.project.documents.iter().filter(|d| d.is_terraform());
    let providers = terraform.flat_map(|d| d.root.members().iter().map(move |m| (d, m)));
    let plain = providers.filter(|(_, m)| {
        m.key == "provider" && m.labels.first().is_some_and(|l| l == "aws") && m.value.get("alias").is_none()
    });
    let mut regions = plain
        .filter_map(|(document, m)| slot_of(document, &m.value, "region"))
        .flat_map(|slot| sight.project.written(slot));
    regions.any(|slot| slot.node.literal() == Some("us-east-1"))
}

/// Where a distribution takes a certificate that a provider of its own makes, or one that is named in us-east-1, and not all is there anyway.
fn certificate_in_own_region(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    if is_in_edge_region(sight) {
        return out;
    }
    for distribution in sight.resources(&["aws_cloudfront_distribution", "AWS::CloudFront::Distribution"]) {
        let path =
            "viewer_certificate.acm_certificate_arn | DistributionConfig.ViewerCertificate.AcmCertificateArn";
        let mut named = sight.named(&distribution, path, &["aws_acm_certificate"]);
        for validation in sight.named(&distribution, path, &["aws_acm_certificate_validation"]) {
            named.extend(sight.named(&validation, "certificate_arn", &["aws_acm_certificate"]));
        }
        for certificate in named {
            let has_others =
                sight.project.documents.iter().any(|d| d.text.contains("us-east-1") && d.is_terraform());
            for slot in certificate.at("provider") {
                if has_others && !slot.text().ends_with("default") {
                    out.extend(sight.without(&certificate, slot).map(|p| p.concerning(&distribution)));
                }
            }
        }
        for slot in sight.written(&distribution, path) {
            if let Some(at) = slot.text().find(":acm:us-east-1:") {
                let start = slot.node.span.start + at + ":acm:".len();
                let edit = Edit::new(start..start + "us-east-1".len(), "eu-west-1");
                out.push(sight.place(&distribution, slot, [edit]));
            }
        }
    }
    out
}

/// Where a load balancer logs to a bucket of the project with one policy, which allows nothing wider. All its statements that let somebody
/// write are changed: the CDK writes one for each service that may.
fn log_bucket_without_policy(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for balancer in sight.resources(BALANCERS) {
        let mut buckets = sight.named(
            &balancer,
            "access_logs.bucket | LoadBalancerAttributes.Value",
            &["aws_s3_bucket", "AWS::S3::Bucket"],
        );
        let policies = ["aws_s3_bucket_policy", "AWS::S3::BucketPolicy"];
        for policy in sight.named(&balancer, "access_logs.bucket", &policies) {
            buckets.extend(sight.named(&policy, "bucket", &["aws_s3_bucket"]));
        }
        for bucket in buckets {
            let policies = sight.users(&bucket, &policies, "bucket | Bucket");
            let [policy] = &policies[..] else { continue };
            let words = |wanted: &[&str]| super::roles::words_of(sight, policy, wanted);
            if !words(&["s3:*", "s3:Put*"]).is_empty() {
                continue;
            }
            let writes = words(&["s3:PutObject"]);
            if let Some(first) = writes.first().copied() {
                let edits = writes.iter().map(|slot| slot.document.reword(slot.node, "s3:GetObject"));
                let in_one_file = writes.iter().all(|slot| slot.document.path == first.document.path);
                if in_one_file {
                    out.push(sight.place(policy, first, edits).concerning(&balancer).concerning(&bucket));
                }
            }
        }
    }
    out
}

/// Where one listener or rule alone forwards to the target group of a service.
fn listener_answers_by_itself(sight: &Sight<'_>) -> Vec<Place> {
    let mut out = Vec::new();
    for group in sight.resources(TARGET_GROUPS) {
        let services =
            sight.users(&group, SERVICES, "load_balancer.target_group_arn | LoadBalancers.TargetGroupArn");
        let listeners = sight.users(&group, LISTENERS, "default_action | DefaultActions");
        let rules = sight.users(&group, LISTENER_RULES, "action | Actions");
        let (Some(service), [listener], []) = (services.first(), &listeners[..], &rules[..]) else {
            continue;
        };
        for slot in listener.at("default_action | DefaultActions") {
            let fixed = if listener.document.is_terraform() {
                "default_action {\n    type = \"fixed-response\"\n\n    fixed_response {\n      content_type = \"text/plain\"\n      status_code  = \"503\"\n    }\n  }"
            } else {
                r#"[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503"}}]"#
            };
            out.push(sight.replaced(listener, slot, fixed).concerning(service).concerning(&group));
        }
    }
    out
}
