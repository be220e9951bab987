variable "suffix" {
  type = string
}

variable "extra" {
  type    = string
  default = ""
}

resource "aws_elasticache_replication_group" "cache" {
  replication_group_id = "cache"
  description          = "cache"
}

resource "aws_ecs_task_definition" "app" {
  family = "app"
  container_definitions = jsonencode([{
    name  = "app"
    image = "app:1"
    environment = [
      { name = "REDIS", value = "redis://${aws_elasticache_replication_group.cache.primary_endpoint_address}${var.suffix}" },
    ]
  }])
}

resource "aws_db_instance" "db" {
  identifier = "db"
}

output "db" {
  value = "postgres://${aws_db_instance.db.endpoint}:5432/app${var.extra}"
}
