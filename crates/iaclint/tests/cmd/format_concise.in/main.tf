resource "aws_security_group" "legacy_api" {
  name = "legacy-api"
}

resource "aws_security_group" "cache" {
  name = "cache"

  ingress {
    from_port       = 6379
    to_port         = 6379
    protocol        = "tcp"
    security_groups = [aws_security_group.legacy_api.id]
  }
}

resource "aws_elasticache_replication_group" "cache" {
  replication_group_id = "shop"
  description          = "sessions"
  node_type            = "cache.t4g.small"
  security_group_ids   = [aws_security_group.cache.id]
}
