//! Generated estates to measure with: always the same for the same arguments.

mod cdk;
mod shapes;
mod terraform;

/// A file of an estate: its path below the estate's directory, and its text.
pub type EstateFile = (String, String);

/// What an estate is like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// Services with their roles, databases, secrets and load balancers, one module call (or a part of a stack) each.
    Services,
    /// One resource with many instances by `for_each`, each used by another.
    Instances,
    /// A chain of locals.
    Locals,
    /// Module calls with few different inputs.
    Calls,
    /// Five hundred services, three hundred security groups of twenty rules each, fifty subnets; the number counts for nothing.
    Reach,
}

/// In which language it is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Language {
    /// A Terraform root with a local module.
    Terraform,
    /// A cloud assembly of the CDK.
    Cdk,
}

/// The files of an estate of about this many resources. There are assemblies of services only.
pub fn estate(language: Language, shape: Shape, resources: usize) -> Vec<EstateFile> {
    match (language, shape) {
        (Language::Cdk, _) => cdk::services(resources),
        (Language::Terraform, Shape::Services) => terraform::services(resources),
        (Language::Terraform, Shape::Instances) => shapes::instances(resources),
        (Language::Terraform, Shape::Locals) => shapes::locals(resources),
        (Language::Terraform, Shape::Calls) => shapes::calls(resources),
        (Language::Terraform, Shape::Reach) => shapes::reach(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estate_is_the_same_each_time() {
        for language in [Language::Terraform, Language::Cdk] {
            assert_eq!(estate(language, Shape::Services, 300), estate(language, Shape::Services, 300));
        }
    }

    #[test]
    fn an_estate_has_about_as_many_resources_as_were_asked_for() {
        let files = estate(Language::Cdk, Shape::Services, 5_000);
        let types = files.iter().map(|(_, text)| text.matches("\"Type\": \"AWS::").count());
        assert!((4_900..=5_100).contains(&types.sum::<usize>()));
    }
}
