//! Amazon EFS.

use crate::entity::entities;

entities! {
    /// A file system.
    FileSystem: ["aws_efs_file_system"] | ["AWS::EFS::FileSystem"] {
        /// Its only availability zone, when it is of one.
        zone: raw = "availability_zone_name" | "AvailabilityZoneName";
    }

    /// A mount target: the address of a file system in one availability zone.
    MountTarget: ["aws_efs_mount_target"] | ["AWS::EFS::MountTarget"] {
        /// The file system.
        file_system: links = "file_system_id" | "FileSystemId";
        /// Its subnet.
        subnet: links = "subnet_id" | "SubnetId";
        /// Its security groups; the VPC's default group when absent.
        security_groups: links = "security_groups" | "SecurityGroups";
    }
}
