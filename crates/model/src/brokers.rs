//! Amazon MQ and Amazon MSK: brokers that programs send messages through.

use iaclint_value::Reference;

use crate::entity::entities;
use crate::{Model, Prop};

entities! {
    /// An Amazon MQ broker.
    MqBroker: ["aws_mq_broker"] | ["AWS::AmazonMQ::Broker"] {
        /// `ActiveMQ` or `RabbitMQ`, in any case.
        engine: str = "engine_type" | "EngineType";
        /// Its security groups.
        security_groups: links = "security_groups" | "SecurityGroups";
        /// Its subnets; those of the default VPC when absent.
        subnets: links = "subnet_ids" | "SubnetIds";
        /// Whether subnets are written.
        subnets_written: raw = "subnet_ids" | "SubnetIds";
        /// Whether it has a public address.
        public: bool = "publicly_accessible" | "PubliclyAccessible", default false;
    }

    /// An Amazon MSK cluster: Apache Kafka.
    MskCluster: ["aws_msk_cluster"] | ["AWS::MSK::Cluster"] {
        /// Its security groups.
        security_groups: links = "broker_node_group_info.security_groups" | "BrokerNodeGroupInfo.SecurityGroups";
        /// Its subnets.
        subnets: links = "broker_node_group_info.client_subnets" | "BrokerNodeGroupInfo.ClientSubnets";
        /// What opens it to the internet.
        connectivity: raw = "broker_node_group_info.connectivity_info" | "BrokerNodeGroupInfo.ConnectivityInfo";
    }
}

impl MqBroker<'_> {
    /// The port that clients use: of RabbitMQ the only one but for the console's; ActiveMQ has one for each protocol.
    /// Source: `data/default_ports.json`.
    pub fn port(&self) -> Prop<i64> {
        match self.engine() {
            Prop::Known { value, origin, .. } if value.eq_ignore_ascii_case("RabbitMQ") => {
                Prop::Absent { origin }.or(5671)
            }
            other => Prop::Unknown { origin: other.origin() },
        }
    }
}

/// The port in the URLs that an attribute of a broker of Amazon MQ holds. Source: `data/default_ports.json`.
fn mq_port(broker: MqBroker<'_>, attribute: &str) -> Option<i64> {
    let rabbit = broker.engine().known().map(|e| e.eq_ignore_ascii_case("RabbitMQ"));
    Some(match attribute {
        "instances.console_url" | "ConsoleURLs" if rabbit? => 443,
        "instances.console_url" | "ConsoleURLs" => 8162,
        "AmqpEndpoints" => 5671,
        "OpenWireEndpoints" => 61617,
        "StompEndpoints" => 61614,
        "MqttEndpoints" => 8883,
        "WssEndpoints" => 61619,
        _ => return None,
    })
}

/// The port in the broker list that an attribute of an `aws_msk_cluster` holds. Source: `data/default_ports.json`.
fn kafka_port(attribute: &str) -> Option<i64> {
    let attribute = attribute.strip_suffix("_ipv6").unwrap_or(attribute);
    Some(match attribute {
        "bootstrap_brokers" => 9092,
        "bootstrap_brokers_tls" => 9094,
        "bootstrap_brokers_sasl_scram" => 9096,
        "bootstrap_brokers_sasl_iam" => 9098,
        "bootstrap_brokers_public_tls" => 9194,
        "bootstrap_brokers_public_sasl_scram" => 9196,
        "bootstrap_brokers_public_sasl_iam" => 9198,
        "zookeeper_connect_string" => 2181,
        "zookeeper_connect_string_tls" => 2182,
        _ => return None,
    })
}

impl<'g> Model<'g> {
    /// The port in the text that an endpoint attribute holds, where the attribute decides it and not the server.
    pub fn port_of_endpoint(&self, reference: &'g Reference) -> Option<i64> {
        let reference = self.follow(reference);
        let id = *self.resolve(reference).first()?;
        let attribute = reference.attribute();
        if let Some(broker) = self.get::<MqBroker<'_>>(id) {
            return mq_port(broker, &attribute);
        }
        self.get::<MskCluster<'_>>(id).and_then(|_| kafka_port(&attribute))
    }
}
