//! Amazon S3: ACLs of buckets, and whether the bucket takes any.

use crate::entity::entities;

entities! {
    /// A bucket with the ACL that is written into it.
    AclBucket: ["aws_s3_bucket"] | ["AWS::S3::Bucket"] {
        /// The canned ACL; in Terraform long deprecated here.
        acl: str = "acl" | "AccessControl";
        /// Grants, deprecated in the same way.
        grants: nodes = "grant" | "";
        /// Who owns its objects, in CloudFormation.
        ownership_rules: nodes = "" | "OwnershipControls.Rules";
        /// Whether ownership controls are written, in CloudFormation.
        ownership: raw = "" | "OwnershipControls";
    }

    /// An ACL of a bucket.
    BucketAcl: ["aws_s3_bucket_acl"] | [] {
        /// The bucket.
        bucket: links = "bucket" | "";
        /// The canned ACL.
        acl: str = "acl" | "";
        /// Grants by hand.
        policy: raw = "access_control_policy" | "";
    }

    /// Who owns the objects of a bucket.
    OwnershipControls: ["aws_s3_bucket_ownership_controls"] | [] {
        /// The bucket.
        bucket: links = "bucket" | "";
        /// `BucketOwnerEnforced` (no ACLs), `BucketOwnerPreferred`, `ObjectWriter`.
        object_ownership: str = "rule.object_ownership" | "";
    }

    /// A rule of ownership in a bucket.
    OwnershipRule: [] | ["AWS::S3::Bucket/OwnershipControls"] {
        /// `BucketOwnerEnforced` (no ACLs), `BucketOwnerPreferred`, `ObjectWriter`.
        object_ownership: str = "" | "ObjectOwnership";
    }
}
