//! Services as a Terraform root with one module call each.

use std::fmt::Write as _;

use crate::EstateFile;

/// Resources that a service's module makes.
const OF_A_SERVICE: usize = 14;

/// Resources that all services share.
const SHARED: usize = 8;

/// A root whose services are calls of one module.
pub(crate) fn services(resources: usize) -> Vec<EstateFile> {
    let services = resources.saturating_sub(SHARED).div_ceil(OF_A_SERVICE).max(1);
    let mut calls = String::new();
    for number in 0..services {
        let port = 3000 + number % 1000;
        let _ = write!(
            calls,
            r#"module "service_{number:04}" {{
  source            = "./modules/service"
  name              = "service-{number:04}"
  port              = {port}
  priority          = {}
  cpu               = {}
  memory            = {}
  vpc_id            = aws_vpc.main.id
  subnet_ids        = [aws_subnet.a.id, aws_subnet.b.id]
  cluster_arn       = aws_ecs_cluster.main.arn
  listener_arn      = aws_lb_listener.http.arn
  load_balancer_group = aws_security_group.lb.id
  environment = {{
    LOG_LEVEL = "info"
    REGION    = "eu-west-1"
    PEER      = "service-{:04}.internal"
  }}
}}

"#,
            number + 1,
            256 << (number % 3),
            1024 << (number % 3),
            (number + 1) % services,
        );
    }
    vec![
        ("main.tf".to_owned(), ROOT.to_owned()),
        ("services.tf".to_owned(), calls),
        ("modules/service/main.tf".to_owned(), MODULE.to_owned()),
        ("modules/service/variables.tf".to_owned(), VARIABLES.to_owned()),
    ]
}

const ROOT: &str = r#"terraform {
  required_version = ">= 1.9"
  backend "s3" {
    bucket = "estate-state"
    key    = "estate.tfstate"
    region = "eu-west-1"
  }
}

provider "aws" {
  region = "eu-west-1"
}

resource "aws_vpc" "main" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_subnet" "a" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 4, 0)
  availability_zone = "eu-west-1a"
}

resource "aws_subnet" "b" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 4, 1)
  availability_zone = "eu-west-1b"
}

resource "aws_ecs_cluster" "main" {
  name = "estate"
}

resource "aws_security_group" "lb" {
  name   = "lb"
  vpc_id = aws_vpc.main.id

  ingress {
    from_port   = 80
    to_port     = 80
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_lb" "main" {
  name            = "estate"
  subnets         = [aws_subnet.a.id, aws_subnet.b.id]
  security_groups = [aws_security_group.lb.id]
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.main.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "fixed-response"
    fixed_response {
      content_type = "text/plain"
      status_code  = "404"
    }
  }
}
"#;

const VARIABLES: &str = r#"variable "name" {
  type = string
}

variable "port" {
  type = number
}

variable "priority" {
  type = number
}

variable "cpu" {
  type    = number
  default = 256
}

variable "memory" {
  type    = number
  default = 1024
}

variable "vpc_id" {
  type = string
}

variable "subnet_ids" {
  type = list(string)
}

variable "cluster_arn" {
  type = string
}

variable "listener_arn" {
  type = string
}

variable "load_balancer_group" {
  type = string
}

variable "environment" {
  type    = map(string)
  default = {}
}
"#;

const MODULE: &str = r#"locals {
  tags = {
    Service = var.name
    Owner   = "platform"
  }
  environment = merge(var.environment, {
    PORT          = tostring(var.port)
    DATABASE_HOST = aws_db_instance.main.address
    DATABASE_URL  = "postgres://app@${aws_db_instance.main.endpoint}/app"
  })
}

resource "aws_security_group" "service" {
  name   = "${var.name}-service"
  vpc_id = var.vpc_id
  tags   = local.tags

  ingress {
    from_port       = var.port
    to_port         = var.port
    protocol        = "tcp"
    security_groups = [var.load_balancer_group]
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_security_group" "database" {
  name   = "${var.name}-database"
  vpc_id = var.vpc_id
  tags   = local.tags

  ingress {
    from_port       = 5432
    to_port         = 5432
    protocol        = "tcp"
    security_groups = [aws_security_group.service.id]
  }
}

resource "aws_db_subnet_group" "main" {
  name       = var.name
  subnet_ids = var.subnet_ids
}

resource "aws_db_instance" "main" {
  identifier             = var.name
  engine                 = "postgres"
  engine_version         = "16.4"
  instance_class         = "db.t4g.medium"
  allocated_storage      = 50
  username               = "app"
  password               = aws_secretsmanager_secret_version.password.secret_string
  db_name                = "app"
  db_subnet_group_name   = aws_db_subnet_group.main.name
  vpc_security_group_ids = [aws_security_group.database.id]
  tags                   = local.tags
}

resource "aws_secretsmanager_secret" "password" {
  name = "${var.name}/password"
  tags = local.tags
}

resource "aws_secretsmanager_secret_version" "password" {
  secret_id     = aws_secretsmanager_secret.password.id
  secret_string = random_password.main.result
}

resource "random_password" "main" {
  length = 32
}

resource "aws_cloudwatch_log_group" "main" {
  name              = "/ecs/${var.name}"
  retention_in_days = 30
  tags              = local.tags
}

resource "aws_iam_role" "execution" {
  name = "${var.name}-execution"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "execution" {
  name = "secrets"
  role = aws_iam_role.execution.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["secretsmanager:GetSecretValue"]
        Resource = [aws_secretsmanager_secret.password.arn]
      },
      {
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["${aws_cloudwatch_log_group.main.arn}:*"]
      },
    ]
  })
}

resource "aws_ecs_task_definition" "main" {
  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = var.cpu
  memory                   = var.memory
  execution_role_arn       = aws_iam_role.execution.arn
  container_definitions = jsonencode([{
    name         = "app"
    image        = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/${var.name}:1.0"
    essential    = true
    portMappings = [{ containerPort = var.port }]
    environment  = [for name, value in local.environment : { name = name, value = value }]
    secrets      = [{ name = "DATABASE_PASSWORD", valueFrom = aws_secretsmanager_secret.password.arn }]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        "awslogs-group"         = aws_cloudwatch_log_group.main.name
        "awslogs-region"        = "eu-west-1"
        "awslogs-stream-prefix" = "app"
      }
    }
  }])
}

resource "aws_lb_target_group" "main" {
  name        = var.name
  port        = var.port
  protocol    = "HTTP"
  target_type = "ip"
  vpc_id      = var.vpc_id

  health_check {
    path     = "/health"
    interval = 15
  }
}

resource "aws_lb_listener_rule" "main" {
  listener_arn = var.listener_arn
  priority     = var.priority

  action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.main.arn
  }

  condition {
    path_pattern {
      values = ["/${var.name}/*"]
    }
  }
}

resource "aws_ecs_service" "main" {
  name            = var.name
  cluster         = var.cluster_arn
  task_definition = aws_ecs_task_definition.main.arn
  desired_count   = 2
  launch_type     = "FARGATE"

  network_configuration {
    subnets         = var.subnet_ids
    security_groups = [aws_security_group.service.id]
  }

  load_balancer {
    target_group_arn = aws_lb_target_group.main.arn
    container_name   = "app"
    container_port   = var.port
  }

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  depends_on = [aws_lb_listener_rule.main]
}

output "host" {
  value = aws_db_instance.main.address
}
"#;
