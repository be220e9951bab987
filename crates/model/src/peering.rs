//! Peering connections and transit gateways: what joins two VPCs.

use crate::entity::entities;
use crate::vpc::vpc_behind;
use crate::{Model, ResourceId};

entities! {
    /// A peering connection. In CloudFormation one within an account is accepted by itself.
    PeeringConnection: ["aws_vpc_peering_connection"] | ["AWS::EC2::VPCPeeringConnection"] {
        /// The VPC that asks.
        vpc: link = "vpc_id" | "VpcId";
        /// The VPC that is asked.
        peer: link = "peer_vpc_id" | "PeerVpcId";
        /// Whether it is accepted at once: within one account and region.
        auto_accept: bool = "auto_accept" | "";
    }

    /// The accepting side of a peering connection.
    PeeringAccepter: ["aws_vpc_peering_connection_accepter"] | [] {
        /// The connection.
        connection: link = "vpc_peering_connection_id" | "";
        /// Whether it accepts.
        auto_accept: bool = "auto_accept" | "";
    }

    /// A transit gateway. Both defaults are those of the service.
    TransitGateway: ["aws_ec2_transit_gateway"] | ["AWS::EC2::TransitGateway"] {
        /// Whether attachments send by the default table: `enable` or `disable`.
        default_association: str = "default_route_table_association" | "DefaultRouteTableAssociation", default "enable".to_owned();
        /// Whether attachments are entered into the default table.
        default_propagation: str = "default_route_table_propagation" | "DefaultRouteTablePropagation", default "enable".to_owned();
    }

    /// A VPC at a transit gateway.
    TransitAttachment:
        ["aws_ec2_transit_gateway_vpc_attachment"]
        | ["AWS::EC2::TransitGatewayAttachment", "AWS::EC2::TransitGatewayVpcAttachment"]
    {
        /// The gateway.
        gateway: link = "transit_gateway_id" | "TransitGatewayId";
        /// The VPC.
        vpc: link = "vpc_id" | "VpcId";
        /// Whether it sends by the gateway's default table, if that is the gateway's way.
        default_association: bool = "transit_gateway_default_route_table_association" | "", default true;
        /// Whether it is entered into the gateway's default table, if that is the gateway's way.
        default_propagation: bool = "transit_gateway_default_route_table_propagation" | "", default true;
    }

    /// The table that an attachment sends by.
    TransitAssociation: ["aws_ec2_transit_gateway_route_table_association"] | ["AWS::EC2::TransitGatewayRouteTableAssociation"] {
        /// The attachment.
        attachment: link = "transit_gateway_attachment_id" | "TransitGatewayAttachmentId";
        /// The table.
        table: link = "transit_gateway_route_table_id" | "TransitGatewayRouteTableId";
    }

    /// A table that the addresses behind an attachment are entered into.
    TransitPropagation: ["aws_ec2_transit_gateway_route_table_propagation"] | ["AWS::EC2::TransitGatewayRouteTablePropagation"] {
        /// The attachment.
        attachment: link = "transit_gateway_attachment_id" | "TransitGatewayAttachmentId";
        /// The table.
        table: link = "transit_gateway_route_table_id" | "TransitGatewayRouteTableId";
    }

    /// A route of a transit gateway that is written.
    TransitRoute: ["aws_ec2_transit_gateway_route"] | ["AWS::EC2::TransitGatewayRoute"] {
        /// The addresses.
        cidr: str = "destination_cidr_block" | "DestinationCidrBlock";
        /// Where it leads.
        attachment: link = "transit_gateway_attachment_id" | "TransitGatewayAttachmentId";
        /// The table.
        table: link = "transit_gateway_route_table_id" | "TransitGatewayRouteTableId";
        /// Whether it drops.
        blackhole: bool = "blackhole" | "Blackhole", default false;
    }
}

impl<'m> PeeringConnection<'m> {
    /// The two VPCs, if both are of the graph.
    pub fn ends(&self, model: &'m Model<'m>) -> Option<(ResourceId, ResourceId)> {
        Some((vpc_behind(model, self.vpc()?)?, vpc_behind(model, self.peer()?)?))
    }

    /// Whether it is surely accepted: by itself, or by an accepter of the configuration.
    pub fn is_accepted(&self, model: &'m Model<'m>) -> bool {
        let by_itself = model.language(self.id()) != crate::Language::Terraform
            || self.auto_accept().must(|accept| *accept);
        by_itself
            || model
                .all::<PeeringAccepter<'m>>()
                .iter()
                .any(|a| a.connection() == Some(self.id()) && a.auto_accept().must(|accept| *accept))
    }
}

/// The peering connection behind a resource that its id was read from: itself, or its accepting side.
pub fn peering_behind<'m>(model: &'m Model<'m>, id: ResourceId) -> Option<PeeringConnection<'m>> {
    if let Some(accepter) = model.get::<PeeringAccepter<'m>>(id) {
        return model.get(accepter.connection()?);
    }
    model.get(id)
}
