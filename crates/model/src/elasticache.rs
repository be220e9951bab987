//! Amazon ElastiCache, MemoryDB, OpenSearch Service: servers that hold data in memory or in an index.

use crate::entity::entities;
use crate::{Entity, Prop};

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
        /// Whether a replication group is written.
        replication_group_written: raw = "replication_group_id" | "";
        /// Whether clients must use TLS: of Memcached alone.
        transit_encryption: bool = "transit_encryption_enabled" | "TransitEncryptionEnabled";
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
        /// The same as they are written.
        subnets_written: raw = "vpc_options.subnet_ids" | "VPCOptions.SubnetIds";
        /// Whether it is spread over zones; see [`OpenSearchDomain::wanted_zones`].
        zone_awareness: bool = "cluster_config.zone_awareness_enabled" | "ClusterConfig.ZoneAwarenessEnabled";
        /// Over how many.
        zone_count: int = "cluster_config.zone_awareness_config.availability_zone_count" | "ClusterConfig.ZoneAwarenessConfig.AvailabilityZoneCount";
        /// Whether a domain of the older type in CloudFormation is spread over zones.
        older_zone_awareness: bool = "" | "ElasticsearchClusterConfig.ZoneAwarenessEnabled";
        /// Over how many.
        older_zone_count: int = "" | "ElasticsearchClusterConfig.ZoneAwarenessConfig.AvailabilityZoneCount";
    }
}

impl OpenSearchDomain<'_> {
    /// Over how many zones it is spread: one without zone awareness, two when it does not say more.
    pub fn wanted_zones(&self) -> Prop<i64> {
        let node = self.node();
        let (aware, count) = if node.resource().type_name == "AWS::Elasticsearch::Domain" {
            (self.older_zone_awareness(), self.older_zone_count())
        } else {
            (self.zone_awareness(), self.zone_count())
        };
        match aware {
            Prop::Known { value: true, origin, .. } => match count {
                Prop::Absent { .. } => Prop::written(2, origin),
                count => count,
            },
            Prop::Known { value: false, origin, .. } | Prop::Absent { origin } => Prop::written(1, origin),
            Prop::OneOf { origin, .. } | Prop::Unknown { origin } => Prop::Unknown { origin },
        }
    }
}
