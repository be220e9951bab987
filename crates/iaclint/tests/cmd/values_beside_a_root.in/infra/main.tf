variable "memory" {
  type = number
}

resource "aws_ecs_task_definition" "api" {
  family                   = "api"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 1024
  memory                   = var.memory

  container_definitions = jsonencode([{
    name  = "api"
    image = "example/api"
  }])
}
