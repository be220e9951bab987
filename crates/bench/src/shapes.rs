//! Terraform roots in which one thing grows.

use std::fmt::Write as _;

use crate::EstateFile;

/// One file, the root.
fn root(text: String) -> Vec<EstateFile> {
    vec![("main.tf".to_owned(), text)]
}

/// Half of the resources are instances of one queue, the other half alarms on them.
pub(crate) fn instances(resources: usize) -> Vec<EstateFile> {
    let each = (resources / 2).max(1);
    // A range has at most 1,024 elements.
    let rows = each.div_ceil(1000);
    root(format!(
        r#"locals {{
  keys = toset(slice(flatten([for row in range({rows}) : [for at in range(1000) : format("k%02d%03d", row, at)]]), 0, {each}))
}}

resource "aws_sqs_queue" "jobs" {{
  for_each                   = local.keys
  name                       = "jobs-${{each.key}}"
  visibility_timeout_seconds = 60
  tags                       = {{ Owner = "platform", Key = each.key }}
}}

resource "aws_cloudwatch_metric_alarm" "age" {{
  for_each            = local.keys
  alarm_name          = "age-${{each.key}}"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateAgeOfOldestMessage"
  comparison_operator = "GreaterThanThreshold"
  evaluation_periods  = 3
  period              = 60
  statistic           = "Maximum"
  threshold           = 600
  dimensions          = {{ QueueName = aws_sqs_queue.jobs[each.key].name }}
}}
"#
    ))
}

/// Each local is the one before it and a letter more or less.
pub(crate) fn locals(count: usize) -> Vec<EstateFile> {
    let mut text = String::from("locals {\n  l0 = \"a\"\n");
    for at in 1..count {
        let _ = writeln!(text, "  l{at} = trimsuffix(\"${{local.l{}}}b\", \"b\")", at - 1);
    }
    let last = count.saturating_sub(1);
    let _ = write!(text, "}}\n\nresource \"aws_sqs_queue\" \"last\" {{\n  name = local.l{last}\n}}\n");
    root(text)
}

/// Calls of one module that differ in a name only.
pub(crate) fn calls(resources: usize) -> Vec<EstateFile> {
    let mut text = String::new();
    for at in 0..(resources / 2).max(1) {
        let _ =
            write!(text, "module \"queue_{at}\" {{\n  source = \"./queue\"\n  name   = \"q-{at}\"\n}}\n\n");
    }
    let module = r#"variable "name" {
  type = string
}

resource "aws_sqs_queue" "dead" {
  name                      = "${var.name}-dead"
  message_retention_seconds = 1209600
  tags                      = { Owner = "platform", Environment = "production" }
}

resource "aws_sqs_queue" "main" {
  name                       = var.name
  visibility_timeout_seconds = 60
  tags                       = { Owner = "platform", Environment = "production" }
  redrive_policy             = jsonencode({ deadLetterTargetArn = aws_sqs_queue.dead.arn, maxReceiveCount = 5 })
}
"#;
    let mut files = root(text);
    files.push(("queue/main.tf".to_owned(), module.to_owned()));
    files
}

/// Services that reach databases through many security groups.
pub(crate) fn reach() -> Vec<EstateFile> {
    let (services, groups, rules, subnets, databases) = (500, 300, 20, 50, 50);
    let mut text = String::from(
        "provider \"aws\" {\n  region = \"eu-west-1\"\n}\n\nresource \"aws_vpc\" \"main\" {\n  cidr_block = \"10.0.0.0/16\"\n}\n\n\
         resource \"aws_ecs_cluster\" \"main\" {\n  name = \"estate\"\n}\n\n",
    );
    for at in 0..subnets {
        let _ = write!(
            text,
            "resource \"aws_subnet\" \"s{at}\" {{\n  vpc_id     = aws_vpc.main.id\n  cidr_block = \"10.0.{at}.0/24\"\n}}\n\n"
        );
    }
    for group in 0..groups {
        let _ = write!(
            text,
            "resource \"aws_security_group\" \"g{group}\" {{\n  name   = \"g{group}\"\n  vpc_id = aws_vpc.main.id\n\n  egress {{\n    \
             from_port   = 0\n    to_port     = 0\n    protocol    = \"-1\"\n    cidr_blocks = [\"0.0.0.0/0\"]\n  }}\n}}\n\n"
        );
        for rule in 0..rules {
            let peer = (group * 7 + rule * 13 + 1) % groups;
            let port = if rule % 4 == 0 { 5432 } else { 6000 + rule };
            let _ = write!(
                text,
                "resource \"aws_vpc_security_group_ingress_rule\" \"g{group}_{rule}\" {{\n  \
                 security_group_id            = aws_security_group.g{group}.id\n  from_port                    = {port}\n  \
                 to_port                      = {port}\n  ip_protocol                  = \"tcp\"\n  \
                 referenced_security_group_id = aws_security_group.g{peer}.id\n}}\n\n"
            );
        }
    }
    for at in 0..databases {
        let (group, other) = (at * 5 % groups, (at * 11 + 3) % groups);
        let (a, b) = (at % subnets, (at + 1) % subnets);
        let _ = write!(
            text,
            "resource \"aws_db_subnet_group\" \"d{at}\" {{\n  name       = \"d{at}\"\n  subnet_ids = [aws_subnet.s{a}.id, aws_subnet.s{b}.id]\n}}\n\n\
             resource \"aws_db_instance\" \"d{at}\" {{\n  identifier             = \"d{at}\"\n  engine                 = \"postgres\"\n  \
             instance_class         = \"db.t4g.medium\"\n  allocated_storage      = 50\n  username               = \"app\"\n  \
             db_subnet_group_name   = aws_db_subnet_group.d{at}.name\n  \
             vpc_security_group_ids = [aws_security_group.g{group}.id, aws_security_group.g{other}.id]\n}}\n\n"
        );
    }
    for at in 0..services {
        let (first, second) = (at % groups, (at * 3 + 1) % groups);
        let (database, other) = (at % databases, (at * 7 + 2) % databases);
        let _ = write!(
            text,
            "resource \"aws_ecs_task_definition\" \"t{at}\" {{\n  family                   = \"t{at}\"\n  \
             requires_compatibilities = [\"FARGATE\"]\n  network_mode             = \"awsvpc\"\n  cpu                      = 256\n  \
             memory                   = 512\n  container_definitions = jsonencode([{{\n    name  = \"app\"\n    image = \"app:1\"\n    \
             environment = [\n      {{ name = \"DATABASE_HOST\", value = aws_db_instance.d{database}.address }},\n      \
             {{ name = \"REPORTS_HOST\", value = aws_db_instance.d{other}.address }},\n    ]\n  }}])\n}}\n\n\
             resource \"aws_ecs_service\" \"t{at}\" {{\n  name            = \"t{at}\"\n  cluster         = aws_ecs_cluster.main.arn\n  \
             task_definition = aws_ecs_task_definition.t{at}.arn\n  desired_count   = 1\n  launch_type     = \"FARGATE\"\n\n  \
             network_configuration {{\n    subnets         = [aws_subnet.s{}.id]\n    \
             security_groups = [aws_security_group.g{first}.id, aws_security_group.g{second}.id]\n  }}\n}}\n\n",
            at % subnets,
        );
    }
    root(text)
}
