resource "aws_db_instance" "main" {
  identifier          = "main"
  engine              = "postgres"
  db_name             = "app"
  instance_class      = "db.t4g.small"
  allocated_storage   = 20
  skip_final_snapshot = true
}

module "service" {
  source  = "./service"
  db_host = aws_db_instance.main.endpoint
}
