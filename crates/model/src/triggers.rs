//! What calls or feeds something: subscriptions of topics, event source mappings of functions.

use crate::entity::entities;

entities! {
    /// A subscription of a topic.
    Subscription: ["aws_sns_topic_subscription"] | ["AWS::SNS::Subscription"] {
        /// The topic.
        topic: raw = "topic_arn" | "TopicArn";
        /// `sqs`, `lambda`, `https`...
        protocol: str = "protocol" | "Protocol";
        /// Where its messages go.
        endpoint: link = "endpoint" | "Endpoint";
    }

    /// What Lambda reads from a queue or stream for a function.
    EventSourceMapping: ["aws_lambda_event_source_mapping"] | ["AWS::Lambda::EventSourceMapping"] {
        /// The function.
        function: link = "function_name" | "FunctionName";
        /// The queue or stream.
        source: link = "event_source_arn" | "EventSourceArn";
        /// Its ARN.
        source_arn: raw = "event_source_arn" | "EventSourceArn";
        /// Whether it reads.
        enabled: bool = "enabled" | "Enabled", default true;
    }
}
