//! Where load balancers write their access logs.

use iaclint_value::{OriginId, Text, Value};

use crate::entity::entities;
use crate::{Entity, Prop};

entities! {
    /// A load balancer with its access logs.
    LoggingLoadBalancer: ["aws_lb", "aws_alb"] | ["AWS::ElasticLoadBalancingV2::LoadBalancer"] {
        /// Whether it writes any, in Terraform.
        enabled: bool = "access_logs.enabled" | "";
        /// The bucket, in Terraform.
        bucket: raw = "access_logs.bucket" | "";
        /// What their names begin with, in Terraform.
        prefix: text = "access_logs.prefix" | "";
        /// All that is said of it, in CloudFormation: keys with values.
        attributes: nodes = "" | "LoadBalancerAttributes";
    }
}

/// The access logs of a load balancer.
#[derive(Clone, Debug)]
pub struct AccessLogs<'m> {
    /// The bucket, by its name.
    pub bucket: &'m Value,
    /// What their names begin with.
    pub prefix: Prop<Text>,
    /// The place of the bucket's name.
    pub origin: OriginId,
}

impl<'m> LoggingLoadBalancer<'m> {
    /// Its access logs, when they are certainly written to a bucket.
    pub fn logs(&self) -> Option<AccessLogs<'m>> {
        let (bucket, prefix) = if self.enabled().must(|enabled| *enabled) {
            (self.bucket(), self.prefix())
        } else {
            self.by_attributes()?
        };
        match bucket {
            Prop::Known { value: bucket, origin, .. } => Some(AccessLogs { bucket, prefix, origin }),
            _ => None,
        }
    }

    fn by_attributes(&self) -> Option<(Prop<&'m Value>, Prop<Text>)> {
        let all = self.attributes();
        let attribute =
            |name: &str| all.items.iter().find(|a| a.str("", "Key").must(|key| key == name)).copied();
        if !attribute("access_logs.s3.enabled")?.str("", "Value").must(|value| value == "true") {
            return None;
        }
        let origin = self.node().origin();
        let prefix = match attribute("access_logs.s3.prefix") {
            Some(node) => node.text("", "Value"),
            None if all.complete => Prop::Absent { origin },
            None => Prop::Unknown { origin },
        };
        Some((attribute("access_logs.s3.bucket")?.raw("", "Value"), prefix))
    }
}
