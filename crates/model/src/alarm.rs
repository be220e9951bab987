//! Amazon CloudWatch: alarms.

use crate::entity::entities;

entities! {
    /// An alarm on a metric.
    Alarm: ["aws_cloudwatch_metric_alarm"] | ["AWS::CloudWatch::Alarm"] {
        /// Its name.
        name: text = "alarm_name" | "AlarmName";
    }
}
