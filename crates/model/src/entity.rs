//! Entities as tables of fields, from which their accessors are made.

use crate::Node;

/// A field of an entity in both spellings. An empty path: that language cannot say it there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// The accessor's name.
    pub name: &'static str,
    /// Path from the resource or the part, names joined by dots.
    pub terraform: &'static str,
    /// The same for CloudFormation.
    pub cloudformation: &'static str,
}

/// An entity with its fields.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// The entity's name.
    pub entity: &'static str,
    /// The Terraform resource types, or the path of a part behind `type/`.
    pub terraform: &'static [&'static str],
    /// The CloudFormation types, or the path of a part behind `type/`.
    pub cloudformation: &'static [&'static str],
    /// The fields.
    pub fields: &'static [Field],
}

impl Table {
    /// The field of an accessor.
    ///
    /// # Panics
    /// When there is none: meant for constants, where that stops the compiler.
    pub const fn field(&self, name: &str) -> Field {
        let mut at = 0;
        while at < self.fields.len() {
            if same(self.fields[at].name, name) {
                return self.fields[at];
            }
            at += 1;
        }
        panic!("there is no such field");
    }
}

/// Equality of texts in constants.
const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

/// A view of a node as an entity.
pub trait Entity<'m>: Copy {
    /// Its fields in both spellings.
    const TABLE: Table;
    /// The view. Whoever makes it sees to it that the node is of that type.
    fn of(node: Node<'m>) -> Self;
    /// The node behind it.
    fn node(&self) -> Node<'m>;
}

/// Every table, for the test that compares them with the schemas.
pub fn tables() -> Vec<Table> {
    let mut all = crate::arn_forms::tables();
    all.extend_from_slice(crate::access_logs::TABLES);
    all.extend_from_slice(crate::alarm::TABLES);
    all.extend_from_slice(crate::brokers::TABLES);
    all.extend_from_slice(crate::bucket_acl::TABLES);
    all.extend_from_slice(crate::certificates::TABLES);
    all.extend_from_slice(crate::cluster::TABLES);
    all.extend_from_slice(crate::discovery::TABLES);
    all.extend_from_slice(crate::ec2::TABLES);
    all.extend_from_slice(crate::ecs::TABLES);
    all.extend_from_slice(crate::efs::TABLES);
    all.extend_from_slice(crate::elasticache::TABLES);
    all.extend_from_slice(crate::encryption::TABLES);
    all.extend_from_slice(crate::iam::TABLES);
    all.extend_from_slice(crate::lambda::TABLES);
    all.extend_from_slice(crate::lb::TABLES);
    all.extend_from_slice(crate::logs::TABLES);
    all.extend_from_slice(crate::machine::TABLES);
    all.extend_from_slice(crate::nacl::TABLES);
    all.extend_from_slice(crate::peering::TABLES);
    all.extend_from_slice(crate::prefix_list::TABLES);
    all.extend_from_slice(crate::rds::TABLES);
    all.extend_from_slice(crate::resource_policies::TABLES);
    all.extend_from_slice(crate::scheduled::TABLES);
    all.extend_from_slice(crate::secrets::TABLES);
    all.extend_from_slice(crate::triggers::TABLES);
    all.extend_from_slice(crate::vpc::TABLES);
    all
}

/// Declares entities of one service: a view type each, with an accessor a field, and the table that says what it reads.
///
/// `kind` is one of `int`, `bool`, `str`, `text`, `raw` (a [`crate::Prop`]), `written` (the value, known or
/// not), `nodes`, `links` (a [`crate::Many`]), `link` (an `Option<ResourceId>`). A default in braces is for both languages: the service's own.
macro_rules! entities {
    ($(
        $(#[$doc:meta])*
        $name:ident : [$($tf:literal),*] | [$($cfn:literal),*] {
            $( $(#[$fdoc:meta])* $field:ident : $kind:ident = $tfp:literal | $cfnp:literal $(, default $default:expr)? ; )*
        }
    )*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug)]
            pub struct $name<'m>($crate::Node<'m>);

            impl<'m> $crate::Entity<'m> for $name<'m> {
                const TABLE: $crate::Table = $crate::Table {
                    entity: stringify!($name),
                    terraform: &[$($tf),*],
                    cloudformation: &[$($cfn),*],
                    fields: &[$( $crate::Field { name: stringify!($field), terraform: $tfp, cloudformation: $cfnp } ),*],
                };
                fn of(node: $crate::Node<'m>) -> Self {
                    Self(node)
                }
                fn node(&self) -> $crate::Node<'m> {
                    self.0
                }
            }

            impl<'m> $name<'m> {
                $( $crate::entity::accessor!($(#[$fdoc])* $field $kind $tfp $cfnp $($default)?); )*

                /// The resource that it is, or is a part of.
                pub fn id(&self) -> $crate::ResourceId {
                    self.0.id
                }

                /// The place of the whole entity.
                pub fn origin(&self) -> iaclint_value::OriginId {
                    self.0.origin()
                }
            }
        )*
        /// The tables of this service.
        pub const TABLES: &[$crate::Table] = &[$( <$name<'static> as $crate::Entity<'static>>::TABLE ),*];
    };
}

macro_rules! accessor {
    ($(#[$doc:meta])* $field:ident int $tf:literal $cfn:literal $($default:expr)?) => {
        $(#[$doc])* pub fn $field(&self) -> $crate::Prop<i64> { self.0.int($tf, $cfn) $(.or($default))? }
    };
    ($(#[$doc:meta])* $field:ident bool $tf:literal $cfn:literal $($default:expr)?) => {
        $(#[$doc])* pub fn $field(&self) -> $crate::Prop<bool> { self.0.bool($tf, $cfn) $(.or($default))? }
    };
    ($(#[$doc:meta])* $field:ident str $tf:literal $cfn:literal $($default:expr)?) => {
        $(#[$doc])* pub fn $field(&self) -> $crate::Prop<String> { self.0.str($tf, $cfn) $(.or($default))? }
    };
    ($(#[$doc:meta])* $field:ident text $tf:literal $cfn:literal) => {
        $(#[$doc])* pub fn $field(&self) -> $crate::Prop<iaclint_value::Text> { self.0.text($tf, $cfn) }
    };
    ($(#[$doc:meta])* $field:ident raw $tf:literal $cfn:literal) => {
        $(#[$doc])* pub fn $field(&self) -> $crate::Prop<&'m iaclint_value::Value> { self.0.raw($tf, $cfn) }
    };
    ($(#[$doc:meta])* $field:ident written $tf:literal $cfn:literal) => {
        $(#[$doc])* pub fn $field(&self) -> Option<&'m iaclint_value::Value> { self.0.written($tf, $cfn) }
    };
    ($(#[$doc:meta])* $field:ident nodes $tf:literal $cfn:literal) => {
        $(#[$doc])* pub fn $field(&self) -> $crate::Many<$crate::Node<'m>> { self.0.nodes($tf, $cfn) }
    };
    ($(#[$doc:meta])* $field:ident links $tf:literal $cfn:literal) => {
        $(#[$doc])* pub fn $field(&self) -> $crate::Many<$crate::Link> { self.0.links($tf, $cfn) }
    };
    ($(#[$doc:meta])* $field:ident link $tf:literal $cfn:literal) => {
        $(#[$doc])* pub fn $field(&self) -> Option<$crate::ResourceId> { self.0.link($tf, $cfn) }
    };
}

pub(crate) use {accessor, entities};
