//! AWS Cloud Map: namespaces and the services in them; Service Connect, which uses its namespaces.

use crate::entity::entities;
use crate::{Many, Model, ResourceId};

entities! {
    /// A namespace whose names are answered by the DNS of a VPC.
    PrivateNamespace: ["aws_service_discovery_private_dns_namespace"] | ["AWS::ServiceDiscovery::PrivateDnsNamespace"] {
        /// Its name: a domain.
        name: raw = "name" | "Name";
        /// The VPC.
        vpc: links = "vpc" | "Vpc";
    }

    /// A namespace whose names are answered by public DNS.
    PublicNamespace: ["aws_service_discovery_public_dns_namespace"] | ["AWS::ServiceDiscovery::PublicDnsNamespace"] {
        /// Its name: a domain.
        name: raw = "name" | "Name";
    }

    /// A namespace without DNS.
    HttpNamespace: ["aws_service_discovery_http_namespace"] | ["AWS::ServiceDiscovery::HttpNamespace"] {
        /// Its name.
        name: raw = "name" | "Name";
    }

    /// A service of a namespace: a name under which instances are registered.
    DiscoveryService: ["aws_service_discovery_service"] | ["AWS::ServiceDiscovery::Service"] {
        /// Its name.
        name: raw = "name" | "Name";
        /// The namespace, where that has DNS.
        dns_namespace: links = "dns_config.namespace_id" | "DnsConfig.NamespaceId";
        /// The namespace.
        namespace: links = "namespace_id" | "NamespaceId";
        /// The records of each instance; see [`DiscoveryRecord`].
        records: nodes = "dns_config.dns_records" | "DnsConfig.DnsRecords";
    }

    /// A record that is made for each instance of a service.
    DiscoveryRecord: ["aws_service_discovery_service/dns_config/dns_records"] | ["AWS::ServiceDiscovery::Service/DnsConfig/DnsRecords"] {
        /// `A`, `AAAA`, `CNAME` or `SRV`.
        kind: str = "type" | "Type";
    }

    /// What registers the tasks of an ECS service.
    ServiceRegistry: ["aws_ecs_service/service_registries"] | ["AWS::ECS::Service/ServiceRegistries"] {
        /// The service of the namespace.
        registry: links = "registry_arn" | "RegistryArn";
    }

    /// How the tasks of an ECS service take part in Service Connect.
    ServiceConnect: ["aws_ecs_service/service_connect_configuration"] | ["AWS::ECS::Service/ServiceConnectConfiguration"] {
        /// Whether they do.
        enabled: bool = "enabled" | "Enabled";
        /// The namespace, by name or ARN; the cluster's when absent.
        namespace: raw = "namespace" | "Namespace";
        /// What others find here; see [`ConnectService`].
        services: nodes = "service" | "Services";
    }

    /// A port of an ECS service that others find by Service Connect.
    ConnectService: ["aws_ecs_service/service_connect_configuration/service"] | ["AWS::ECS::Service/ServiceConnectConfiguration/Services"] {
        /// The name of the container's port.
        port_name: str = "port_name" | "PortName";
        /// The name in the namespace; that of the port when absent.
        discovery_name: raw = "discovery_name" | "DiscoveryName";
        /// The port that the proxy of the tasks listens on; the container's when absent.
        ingress_port: int = "ingress_port_override" | "IngressPortOverride";
        /// What clients call it; see [`ConnectAlias`].
        aliases: nodes = "client_alias" | "ClientAliases";
    }

    /// What clients call a port of Service Connect.
    ConnectAlias: ["aws_ecs_service/service_connect_configuration/service/client_alias"] | ["AWS::ECS::Service/ServiceConnectConfiguration/Services/ClientAliases"] {
        /// The name; `<discovery name>.<namespace>` when absent.
        dns_name: raw = "dns_name" | "DnsName";
        /// The port that clients call.
        port: int = "port" | "Port";
    }
}

impl<'m> DiscoveryService<'m> {
    /// Its namespace.
    pub fn in_namespace(&self) -> Option<ResourceId> {
        let links = self.dns_namespace().and(self.namespace());
        links.items.iter().find_map(crate::Link::id)
    }

    /// Whether DNS answers with the addresses of its instances: it has records, and one of them is not `SRV`.
    pub fn has_addresses(&self) -> bool {
        let records: Many<DiscoveryRecord<'m>> = self.records().map(crate::Entity::of);
        records.items.iter().any(|record| record.kind().may(|kind| kind == "A" || kind == "AAAA"))
    }
}

/// The name of a namespace or of a service in one, as it is written.
pub fn cloud_map_name<'m>(
    model: &'m Model<'m>,
    id: ResourceId,
) -> Option<crate::Prop<&'m iaclint_value::Value>> {
    if let Some(service) = model.get::<DiscoveryService<'m>>(id) {
        Some(service.name())
    } else if let Some(namespace) = model.get::<PrivateNamespace<'m>>(id) {
        Some(namespace.name())
    } else if let Some(namespace) = model.get::<PublicNamespace<'m>>(id) {
        Some(namespace.name())
    } else {
        Some(model.get::<HttpNamespace<'m>>(id)?.name())
    }
}
