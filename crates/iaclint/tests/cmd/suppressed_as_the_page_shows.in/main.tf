resource "aws_security_group" "old" {
  name = "old"
}

resource "aws_security_group" "cache" {
  ingress {
    from_port       = 6379
    to_port         = 6379
    protocol        = "tcp"
    security_groups = [aws_security_group.old.id] # iaclint: ignore[sg-stale-reference] the group goes in May
  }
}

# iaclint: ignore[sg-stale-reference, endpoint-port-duplicated, until=2027-03-01] moved with the next release
resource "aws_security_group" "search" {
  ingress {
    from_port       = 443
    to_port         = 443
    protocol        = "tcp"
    security_groups = [aws_security_group.old.id]
  }
}

resource "aws_elasticache_replication_group" "cache" {
  replication_group_id = "shop"
  description          = "sessions"
  security_group_ids   = [aws_security_group.cache.id, aws_security_group.search.id]
}
