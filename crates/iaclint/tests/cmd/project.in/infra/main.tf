variable "region_of_backups" {
  type = string
}

resource "aws_db_instance" "main" {
  identifier        = "main"
  engine            = "postgres"
  instance_class    = "db.t4g.small"
  allocated_storage = 20
  db_name           = "app"
}

resource "aws_ecs_task_definition" "api" {
  family = "api"

  container_definitions = jsonencode([{
    name  = "api"
    image = "example/api"

    environment = [
      { name = "DATABASE_URL", value = "postgres://app@${aws_db_instance.main.endpoint}:5432/app" },
      { name = "BACKUPS", value = var.region_of_backups },
    ]
  }])
}

resource "aws_ecs_cluster" "main" {
  name = "main"
}

resource "aws_ecs_service" "api" {
  name            = "api"
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.api.arn
  desired_count   = 2
}
