variable "db_host" {
  type = string
}

resource "aws_ecs_task_definition" "api" {
  family = "api"

  container_definitions = jsonencode([{
    name        = "api"
    image       = "example/api"
    environment = [{ name = "DATABASE_URL", value = "postgres://app@${var.db_host}:5432/app" }]
  }])
}
