//! Machines and what they are started with: instances, launch templates, launch configurations.

use iaclint_value::{Data, Encoding, OriginId, Text, Value};

use crate::ec2::Instance;
use crate::entity::entities;
use crate::{Model, Prop, ResourceId};

entities! {
    /// What instances are made from.
    LaunchTemplate: ["aws_launch_template"] | ["AWS::EC2::LaunchTemplate"] {
        /// `t3.micro`...
        instance_type: str = "instance_type" | "LaunchTemplateData.InstanceType";
        /// The script that runs at the first start, in base64.
        user_data: raw = "user_data" | "LaunchTemplateData.UserData";
        /// The machine image.
        image: raw = "image_id" | "LaunchTemplateData.ImageId";
    }

    /// The older form of a launch template.
    LaunchConfiguration: ["aws_launch_configuration"] | ["AWS::AutoScaling::LaunchConfiguration"] {
        /// `t3.micro`...
        instance_type: str = "instance_type" | "InstanceType";
        /// The script that runs at the first start.
        user_data: raw = "user_data" | "UserData";
        /// The same in base64, in Terraform.
        user_data_base64: raw = "user_data_base64" | "";
        /// The machine image.
        image: raw = "image_id" | "ImageId";
    }

    /// What an instance is started with, beside its script.
    InstanceStart: ["aws_instance"] | ["AWS::EC2::Instance"] {
        /// Whether a change of the script makes a new instance.
        replaced_with_user_data: bool = "user_data_replace_on_change" | "", default false;
        /// The machine image.
        image: raw = "ami" | "ImageId";
        /// Its volumes.
        block_devices: nodes = "ebs_block_device" | "BlockDeviceMappings";
        /// Volumes that are attached to it by id, in CloudFormation.
        volumes: raw = "" | "Volumes";
    }
}

/// What describes a machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MachineKind {
    /// One instance.
    Instance,
    /// A launch template or launch configuration: any number of instances.
    Template,
}

/// A machine, or what machines are made from.
#[derive(Clone, Debug)]
pub struct Machine<'m> {
    /// The instance, launch template or launch configuration.
    pub id: ResourceId,
    /// Which of them.
    pub kind: MachineKind,
    /// `t3.micro`...
    pub instance_type: Prop<String>,
    /// What it is started with, as the machine sees it: base64 taken off.
    pub user_data: Prop<Text>,
    /// The machine image.
    pub image: Prop<&'m Value>,
}

/// Every machine of a model.
pub fn machines<'m>(model: &'m Model<'m>) -> Vec<Machine<'m>> {
    let mut out: Vec<Machine<'m>> = Vec::new();
    for instance in model.all::<Instance<'m>>() {
        let start = model.get::<InstanceStart<'m>>(instance.id());
        out.push(Machine {
            id: instance.id(),
            kind: MachineKind::Instance,
            instance_type: instance.instance_type(),
            user_data: user_data([instance.user_data(), instance.user_data_base64()], false),
            image: start.map_or(Prop::Unknown { origin: instance.origin() }, |s| s.image()),
        });
    }
    for template in model.all::<LaunchTemplate<'m>>() {
        out.push(Machine {
            id: template.id(),
            kind: MachineKind::Template,
            instance_type: template.instance_type(),
            user_data: user_data([template.user_data(), Prop::Absent { origin: template.origin() }], true),
            image: template.image(),
        });
    }
    for configuration in model.all::<LaunchConfiguration<'m>>() {
        out.push(Machine {
            id: configuration.id(),
            kind: MachineKind::Template,
            instance_type: configuration.instance_type(),
            user_data: user_data([configuration.user_data(), configuration.user_data_base64()], false),
            image: configuration.image(),
        });
    }
    out.sort_by_key(|m| m.id);
    out
}

/// The text of the one of two properties that is there: as it is written, or in base64.
fn user_data(properties: [Prop<&Value>; 2], always_base64: bool) -> Prop<Text> {
    let [plain, base64] = properties;
    let (property, encoded) = if plain.is_absent() { (base64, true) } else { (plain, always_base64) };
    match property {
        Prop::Known { value, origin, .. } => match decoded(value, encoded) {
            Some(text) => Prop::written(text, origin),
            None => Prop::Unknown { origin },
        },
        Prop::OneOf { origin, .. } | Prop::Unknown { origin } => Prop::Unknown { origin },
        Prop::Absent { origin } => Prop::Absent { origin },
    }
}

/// The text that the machine sees; `None` for what is compressed, or written in base64 by hand.
fn decoded(value: &Value, must_be_encoded: bool) -> Option<Text> {
    match &value.data {
        Data::Encoded(inner) if inner.0 == Encoding::Base64 => plain(&inner.1),
        Data::Text(text) => match text.pieces() {
            [iaclint_value::Piece::Hole(hole)] => decoded(hole, must_be_encoded),
            _ => (!must_be_encoded).then(|| text.clone()),
        },
        Data::Encoded(_) | Data::Reference(_) | Data::Unknown(_) => None,
        _ => (!must_be_encoded).then(|| value.to_text()).flatten(),
    }
}

fn plain(value: &Value) -> Option<Text> {
    match &value.data {
        Data::Reference(_) | Data::Unknown(_) => None,
        _ => value.to_text(),
    }
}

impl Machine<'_> {
    /// The place of its script.
    pub fn user_data_origin(&self) -> OriginId {
        self.user_data.origin()
    }
}
