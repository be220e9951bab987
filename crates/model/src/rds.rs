//! Amazon RDS, Aurora, DocumentDB and Neptune.

use crate::entity::entities;

entities! {
    /// A database instance.
    DbInstance: ["aws_db_instance"] | ["AWS::RDS::DBInstance"] {
        /// `postgres`, `mysql`, `aurora-postgresql`...
        engine: str = "engine" | "Engine";
        /// Its version.
        engine_version: str = "engine_version" | "EngineVersion";
        /// `db.t4g.micro`...
        class: str = "instance_class" | "DBInstanceClass";
        /// The port; the engine's own when absent.
        port: int = "port" | "Port";
        /// The initial database.
        database: str = "db_name" | "DBName";
        /// Its security groups; the VPC's default group when absent.
        security_groups: links = "vpc_security_group_ids" | "VPCSecurityGroups";
        /// Its subnet group.
        subnet_group: link = "db_subnet_group_name" | "DBSubnetGroupName";
        /// Whether a subnet group is written.
        subnet_group_written: raw = "db_subnet_group_name" | "DBSubnetGroupName";
        /// Whether its deletion leaves no snapshot.
        skip_final_snapshot: bool = "skip_final_snapshot" | "", default false;
        /// The name of the snapshot that its deletion leaves.
        final_snapshot: raw = "final_snapshot_identifier" | "";
        /// Whether it refuses to be deleted.
        deletion_protection: bool = "deletion_protection" | "DeletionProtection", default false;
        /// Whether a cluster is written that it belongs to.
        cluster_written: raw = "" | "DBClusterIdentifier";
        /// Its name.
        identifier: text = "identifier" | "DBInstanceIdentifier";
        /// The snapshot that it is restored from.
        snapshot: raw = "snapshot_identifier" | "DBSnapshotIdentifier";
        /// Whether it has a public address.
        public: bool = "publicly_accessible" | "PubliclyAccessible";
        /// The group of its settings; the engine's own when absent.
        parameter_group: raw = "parameter_group_name" | "DBParameterGroupName";
        /// The instance that it is a replica of.
        replica_of: raw = "replicate_source_db" | "SourceDBInstanceIdentifier";
        /// The cluster that it belongs to.
        cluster: link = "" | "DBClusterIdentifier";
    }

    /// An Aurora or Multi-AZ cluster.
    DbCluster: ["aws_rds_cluster"] | ["AWS::RDS::DBCluster"] {
        /// `aurora-postgresql`...
        engine: str = "engine" | "Engine";
        /// The port; the engine's own when absent.
        port: int = "port" | "Port";
        /// The initial database.
        database: str = "database_name" | "DatabaseName";
        /// Its security groups.
        security_groups: links = "vpc_security_group_ids" | "VpcSecurityGroupIds";
        /// Its subnet group.
        subnet_group: link = "db_subnet_group_name" | "DBSubnetGroupName";
        /// Whether a subnet group is written.
        subnet_group_written: raw = "db_subnet_group_name" | "DBSubnetGroupName";
    }

    /// The version and settings of a cluster.
    ClusterEngine: ["aws_rds_cluster"] | ["AWS::RDS::DBCluster"] {
        /// `aurora-postgresql`...
        engine: str = "engine" | "Engine";
        /// Its version.
        version: str = "engine_version" | "EngineVersion";
        /// The group of its settings; the engine's own when absent.
        parameter_group: raw = "db_cluster_parameter_group_name" | "DBClusterParameterGroupName";
    }

    /// A cluster of databases with what happens at its end.
    ClusterEnd: ["aws_rds_cluster", "aws_docdb_cluster", "aws_neptune_cluster"] | ["AWS::RDS::DBCluster"] {
        /// Its name.
        identifier: text = "cluster_identifier" | "DBClusterIdentifier";
        /// Whether its deletion leaves no snapshot.
        skip_final_snapshot: bool = "skip_final_snapshot" | "", default false;
        /// The name of the snapshot that its deletion leaves.
        final_snapshot: raw = "final_snapshot_identifier" | "";
        /// Whether it refuses to be deleted.
        deletion_protection: bool = "deletion_protection" | "DeletionProtection", default false;
        /// The snapshot that it is restored from.
        snapshot: raw = "snapshot_identifier" | "SnapshotIdentifier";
    }

    /// An instance of an Aurora cluster where that is a type of its own.
    DbClusterInstance: ["aws_rds_cluster_instance"] | [] {
        /// Whether it has a public address.
        public: bool = "publicly_accessible" | "";
        /// The cluster.
        cluster: link = "cluster_identifier" | "";
    }

    /// A proxy before databases.
    DbProxy: ["aws_db_proxy"] | ["AWS::RDS::DBProxy"] {
        /// Its name.
        name: str = "name" | "DBProxyName";
        /// `POSTGRESQL`, `MYSQL` or `SQLSERVER`.
        engine_family: str = "engine_family" | "EngineFamily";
        /// Its security groups; the VPC's default group when absent.
        security_groups: links = "vpc_security_group_ids" | "VpcSecurityGroupIds";
        /// Its subnets.
        subnets: links = "vpc_subnet_ids" | "VpcSubnetIds";
    }

    /// The databases behind a proxy.
    DbProxyTarget: ["aws_db_proxy_target"] | ["AWS::RDS::DBProxyTargetGroup"] {
        /// The proxy.
        proxy: links = "db_proxy_name" | "DBProxyName";
        /// Database instances.
        instances: links = "db_instance_identifier" | "DBInstanceIdentifiers";
        /// Clusters.
        clusters: links = "db_cluster_identifier" | "DBClusterIdentifiers";
    }

    /// A DocumentDB cluster.
    DocDbCluster: ["aws_docdb_cluster"] | ["AWS::DocDB::DBCluster"] {
        /// The port; 27017 when absent.
        port: int = "port" | "Port", default 27017_i64;
        /// Its security groups.
        security_groups: links = "vpc_security_group_ids" | "VpcSecurityGroupIds";
        /// Its subnet group.
        subnet_group: link = "db_subnet_group_name" | "DBSubnetGroupName";
        /// Whether a subnet group is written.
        subnet_group_written: raw = "db_subnet_group_name" | "DBSubnetGroupName";
    }

    /// A Neptune cluster.
    NeptuneCluster: ["aws_neptune_cluster"] | ["AWS::Neptune::DBCluster"] {
        /// The port; 8182 when absent.
        port: int = "port" | "DBPort", default 8182_i64;
        /// Its security groups.
        security_groups: links = "vpc_security_group_ids" | "VpcSecurityGroupIds";
        /// Its subnet group.
        subnet_group: link = "neptune_subnet_group_name" | "DBSubnetGroupName";
        /// Whether a subnet group is written.
        subnet_group_written: raw = "neptune_subnet_group_name" | "DBSubnetGroupName";
    }

    /// A named set of subnets of a database, of several zones.
    DatabaseSubnets:
        ["aws_db_subnet_group", "aws_docdb_subnet_group", "aws_neptune_subnet_group"]
        | ["AWS::RDS::DBSubnetGroup", "AWS::DocDB::DBSubnetGroup", "AWS::Neptune::DBSubnetGroup"]
    {
        /// The subnets.
        subnets: raw = "subnet_ids" | "SubnetIds";
    }

    /// The settings of a database's engine.
    ParameterGroup:
        ["aws_db_parameter_group", "aws_rds_cluster_parameter_group"]
        | ["AWS::RDS::DBParameterGroup", "AWS::RDS::DBClusterParameterGroup"]
    {
        /// Blocks of a name and a value.
        settings: nodes = "parameter" | "";
        /// A map, in CloudFormation.
        parameters: raw = "" | "Parameters";
    }

    /// One more endpoint of a proxy.
    DbProxyEndpoint: ["aws_db_proxy_endpoint"] | ["AWS::RDS::DBProxyEndpoint"] {
        /// Its security groups.
        security_groups: links = "vpc_security_group_ids" | "VpcSecurityGroupIds";
    }
}

/// Whether a resource of this type may talk to a database itself: those of providers for databases, and functions that a deployment runs.
pub fn may_run_sql(type_name: &str) -> bool {
    type_name.starts_with("postgresql_")
        || type_name.starts_with("mysql_")
        || matches!(type_name, "aws_lambda_invocation" | "Custom::RdsDatabase")
}
