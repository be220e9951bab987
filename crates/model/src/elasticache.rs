//! Amazon ElastiCache, MemoryDB, OpenSearch Service: servers that hold data in memory or in an index.

use crate::entity::entities;

entities! {
    /// A replication group (Redis OSS or Valkey).
    ReplicationGroup: ["aws_elasticache_replication_group"] | ["AWS::ElastiCache::ReplicationGroup"] {
        /// The port; 6379 when absent.
        port: int = "port" | "Port", default 6379_i64;
        /// Its security groups.
        security_groups: links = "security_group_ids" | "SecurityGroupIds";
        /// Its subnet group.
        subnet_group: link = "subnet_group_name" | "CacheSubnetGroupName";
        /// Whether a subnet group is written.
        subnet_group_written: raw = "subnet_group_name" | "CacheSubnetGroupName";
        /// `redis` or `valkey`.
        engine: str = "engine" | "Engine", default "redis".to_owned();
        /// Whether clients must use TLS.
        transit_encryption: bool = "transit_encryption_enabled" | "TransitEncryptionEnabled";
        /// `required` or `preferred`.
        transit_encryption_mode: str = "transit_encryption_mode" | "TransitEncryptionMode";
        /// The password that clients must give.
        auth_token: raw = "auth_token" | "AuthToken";
    }

    /// A cache cluster: one Redis node, or Memcached.
    CacheCluster: ["aws_elasticache_cluster"] | ["AWS::ElastiCache::CacheCluster"] {
        /// `redis`, `valkey` or `memcached`.
        engine: str = "engine" | "Engine";
        /// The port; the engine's own when absent.
        port: int = "port" | "Port";
        /// Its security groups.
        security_groups: links = "security_group_ids" | "VpcSecurityGroupIds";
        /// Its subnet group.
        subnet_group: link = "subnet_group_name" | "CacheSubnetGroupName";
        /// Whether a subnet group is written.
        subnet_group_written: raw = "subnet_group_name" | "CacheSubnetGroupName";
        /// The replication group that it belongs to, whose settings it then has.
        replication_group: link = "replication_group_id" | "";
    }

    /// A serverless cache.
    ServerlessCache: ["aws_elasticache_serverless_cache"] | ["AWS::ElastiCache::ServerlessCache"] {
        /// `redis`, `valkey` or `memcached`.
        engine: str = "engine" | "Engine";
        /// Its security groups.
        security_groups: links = "security_group_ids" | "SecurityGroupIds";
        /// Its subnets.
        subnets: links = "subnet_ids" | "SubnetIds";
    }

    /// A MemoryDB cluster.
    MemoryDbCluster: ["aws_memorydb_cluster"] | ["AWS::MemoryDB::Cluster"] {
        /// The port; 6379 when absent.
        port: int = "port" | "Port", default 6379_i64;
        /// Its security groups.
        security_groups: links = "security_group_ids" | "SecurityGroupIds";
        /// Its subnet group.
        subnet_group: link = "subnet_group_name" | "SubnetGroupName";
        /// Whether a subnet group is written.
        subnet_group_written: raw = "subnet_group_name" | "SubnetGroupName";
    }

    /// An OpenSearch Service domain.
    OpenSearchDomain: ["aws_opensearch_domain", "aws_elasticsearch_domain"] | ["AWS::OpenSearchService::Domain", "AWS::Elasticsearch::Domain"] {
        /// Security groups of a domain in a VPC.
        security_groups: links = "vpc_options.security_group_ids" | "VPCOptions.SecurityGroupIds";
        /// Whether it stands in a VPC.
        network: raw = "vpc_options" | "VPCOptions";
        /// Subnets of a domain in a VPC.
        subnets: links = "vpc_options.subnet_ids" | "VPCOptions.SubnetIds";
    }
}
