resource "aws_db_instance" "main" {
  identifier = "main"
  engine     = "postgres"
}

resource "aws_ecs_task_definition" "old" {
  family = "old"

  container_definitions = jsonencode([{
    name        = "old"
    image       = "example/old"
    environment = [{ name = "DATABASE_URL", value = "postgres://app@${aws_db_instance.main.endpoint}:5432/postgres" }]
  }])
}
