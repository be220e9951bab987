//! Machines and what they are started with: instances, launch templates, launch configurations.

use iaclint_value::{Data, Encoding, OriginId, Target, Text, Value};

use crate::ec2::Instance;
use crate::entity::entities;
use crate::{Language, Model, Prop, ResourceId};

entities! {
    /// What instances are made from.
    LaunchTemplate: ["aws_launch_template"] | ["AWS::EC2::LaunchTemplate"] {
        /// `t3.micro`...
        instance_type: str = "instance_type" | "LaunchTemplateData.InstanceType";
        /// The script that runs at the first start, in base64.
        user_data: raw = "user_data" | "LaunchTemplateData.UserData";
        /// The machine image.
        image: raw = "image_id" | "LaunchTemplateData.ImageId";
        /// The profile whose role its software uses.
        profile: raw = "iam_instance_profile" | "LaunchTemplateData.IamInstanceProfile";
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
        /// The profile whose role its software uses.
        profile: raw = "iam_instance_profile" | "IamInstanceProfile";
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

    /// A volume that is attached to an instance.
    VolumeAttachment: ["aws_volume_attachment"] | ["AWS::EC2::VolumeAttachment"] {
        /// The instance.
        instance: links = "instance_id" | "InstanceId";
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
    /// What it is started with, as cloud-init sees it: base64 and compression taken off.
    pub user_data: Prop<Text>,
    /// Whether that is compressed on its way to the machine.
    pub compressed: bool,
    /// The machine image.
    pub image: Prop<&'m Value>,
    /// The profile whose role its software uses.
    pub profile: Prop<&'m Value>,
}

/// Every machine of a model.
pub fn machines<'m>(model: &'m Model<'m>) -> Vec<Machine<'m>> {
    let mut out: Vec<Machine<'m>> = Vec::new();
    for instance in model.all::<Instance<'m>>() {
        let start = model.get::<InstanceStart<'m>>(instance.id());
        let data = [instance.user_data(), instance.user_data_base64()];
        out.push(Machine {
            id: instance.id(),
            kind: MachineKind::Instance,
            instance_type: instance.instance_type(),
            compressed: is_compressed(&data),
            user_data: user_data(data, must_be_encoded(model, instance.id())),
            image: start.map_or(Prop::Unknown { origin: instance.origin() }, |s| s.image()),
            profile: instance.profile(),
        });
    }
    for template in model.all::<LaunchTemplate<'m>>() {
        let data = [template.user_data(), Prop::Absent { origin: template.origin() }];
        out.push(Machine {
            id: template.id(),
            kind: MachineKind::Template,
            instance_type: template.instance_type(),
            compressed: is_compressed(&data),
            user_data: user_data(data, true),
            image: template.image(),
            profile: template.profile(),
        });
    }
    for configuration in model.all::<LaunchConfiguration<'m>>() {
        let data = [configuration.user_data(), configuration.user_data_base64()];
        out.push(Machine {
            id: configuration.id(),
            kind: MachineKind::Template,
            instance_type: configuration.instance_type(),
            compressed: is_compressed(&data),
            user_data: user_data(data, must_be_encoded(model, configuration.id())),
            image: configuration.image(),
            profile: configuration.profile(),
        });
    }
    out.sort_by_key(|m| m.id);
    out
}

/// Whether EC2 is given the text as it is written, and takes none but base64: Terraform encodes what it is given.
fn must_be_encoded(model: &Model<'_>, machine: ResourceId) -> bool {
    model.language(machine) == Language::CloudFormation
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

/// Whether either of two properties is compressed.
fn is_compressed(properties: &[Prop<&Value>; 2]) -> bool {
    properties.iter().filter_map(Prop::known).any(|value| value.decoded(Encoding::GzipBase64).is_some())
}

/// The text that cloud-init sees; `None` for what is compressed or written in base64 by hand.
fn decoded(value: &Value, must_be_encoded: bool) -> Option<Text> {
    match &value.data {
        Data::Encoded(inner) if matches!(inner.0, Encoding::Base64 | Encoding::GzipBase64) => plain(&inner.1),
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

impl<'m> Machine<'m> {
    /// Whether a change of its script makes a new instance: `None` where that is not known.
    pub fn replaced_with_user_data(&self, model: &'m Model<'m>) -> Option<bool> {
        if self.kind == MachineKind::Template {
            return None;
        }
        match model.language(self.id) {
            Language::Terraform => {
                let replaced = model.get::<InstanceStart<'m>>(self.id)?.replaced_with_user_data();
                replaced.known().copied()
            }
            // With `userDataCausesReplacement` the CDK puts a hash of the script behind the logical id.
            Language::Cdk => Some(has_hash(model.resource(self.id).name.as_str())),
            Language::CloudFormation => Some(false),
        }
    }

    /// The place of its script.
    pub fn user_data_origin(&self) -> OriginId {
        self.user_data.origin()
    }
}

/// A family of machine images, as far as their package managers differ.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ImageFamily {
    /// Amazon Linux 2: yum and extras.
    AmazonLinux2,
    /// Amazon Linux 2023: dnf.
    AmazonLinux2023,
    /// Ubuntu or Debian: apt.
    Debian,
}

/// The family of a machine's image, where a data source finds it by a public name.
pub fn image_family<'m>(model: &'m Model<'m>, machine: &Machine<'m>) -> Option<ImageFamily> {
    let names = image_names(model, machine)?;
    let mut families = names.iter().map(|name| family_of(name));
    let first = families.next()??;
    families.all(|f| f == Some(first)).then_some(first)
}

/// Whether a machine's image comes with the agent of ECS, which joins the cluster `default` unless it is told otherwise.
pub fn has_ecs_agent<'m>(model: &'m Model<'m>, machine: &Machine<'m>) -> bool {
    let ecs = |name: &String| {
        name.starts_with("/aws/service/ecs/optimized-ami/")
            || name.contains("ecs-optimized")
            || name.contains("-ami-ecs-")
    };
    image_names(model, machine).is_some_and(|names| !names.is_empty() && names.iter().all(ecs))
}

/// The public names by which an image is found: of a data source, or of a public parameter.
fn image_names<'m>(model: &'m Model<'m>, machine: &Machine<'m>) -> Option<Vec<String>> {
    let Prop::Known { value, .. } = &machine.image else { return None };
    if let Some(name) = resolved_parameter(value) {
        return Some(vec![name]);
    }
    let [id] = model.resolve(value.as_reference()?) else { return None };
    let source = model.resource(*id);
    let mut names: Vec<String> = Vec::new();
    match source.type_name.as_str() {
        "aws_ami" => {
            for filter in &source.body.get("filter")?.as_list()?.items {
                if filter.get("name")?.as_str()? == "name" {
                    let values = &filter.get("values")?.as_list()?.items;
                    names = values
                        .iter()
                        .map(|v| v.as_str().map(std::borrow::Cow::into_owned))
                        .collect::<Option<_>>()?;
                }
            }
        }
        "aws_ssm_parameter" => names.push(source.body.get("name")?.as_str()?.into_owned()),
        _ => return None,
    }
    Some(names)
}

/// The parameter that `{{resolve:ssm:…}}` or `resolve:ssm:…` names.
fn resolved_parameter(value: &Value) -> Option<String> {
    if let Some(text) = value.as_str() {
        return text.strip_prefix("resolve:ssm:").map(str::to_owned);
    }
    match &value.as_reference()?.target {
        Target::Dynamic { service, key } if service == "ssm" => Some(key.to_string()),
        _ => None,
    }
}

/// The family of a public name of images, or of a public parameter.
fn family_of(name: &str) -> Option<ImageFamily> {
    let starts = |prefixes: &[&str]| prefixes.iter().any(|p| name.starts_with(p));
    if starts(&[
        "al2023-ami-2",
        "al2023-ami-ecs",
        "al2023-ami-minimal",
        "al2023-ami-*",
        "/aws/service/ami-amazon-linux-latest/al2023",
    ]) {
        Some(ImageFamily::AmazonLinux2023)
    } else if starts(&["amzn2-ami-", "/aws/service/ami-amazon-linux-latest/amzn2"]) {
        Some(ImageFamily::AmazonLinux2)
    } else if starts(&["ubuntu/images/", "debian-1", "/aws/service/canonical/ubuntu/"]) {
        Some(ImageFamily::Debian)
    } else {
        None
    }
}

/// Whether sixteen more hexadecimal digits follow the hash that every logical id of the CDK ends in.
fn has_hash(name: &str) -> bool {
    let Some(at) = name.len().checked_sub(24) else { return false };
    let (Some(own), Some(script)) = (name.get(at..at + 8), name.get(at + 8..)) else { return false };
    own.bytes().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b))
        && script.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

#[cfg(test)]
mod tests {
    use super::{ImageFamily, family_of, has_hash};

    #[test]
    fn public_names_tell_the_family() {
        assert_eq!(family_of("al2023-ami-2023.*-x86_64"), Some(ImageFamily::AmazonLinux2023));
        assert_eq!(family_of("amzn2-ami-hvm-*"), Some(ImageFamily::AmazonLinux2));
        assert_eq!(family_of("ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-*"), Some(ImageFamily::Debian));
        assert_eq!(family_of("my-amzn2-ami-with-apt"), None);
    }

    #[test]
    fn a_logical_id_with_the_hash_of_a_script_is_told_from_one_without() {
        assert!(has_hash("HostB4E45AD76049a12dd8d85b4b"));
        assert!(!has_hash("HostB4E45AD7"));
        assert!(!has_hash("AVeryLongNameOfAnInstanceB4E45AD7"));
    }
}
