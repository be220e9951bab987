//! A property of an entity, three-valued.

use iaclint_value::OriginId;

/// Why a property has its value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Why {
    /// The configuration says so.
    Written,
    /// The provider or the service fills it in.
    Defaulted,
}

/// A property. No accessor invents a value.
#[derive(Clone, PartialEq, Debug)]
pub enum Prop<T> {
    /// It has this value.
    Known {
        /// The value.
        value: T,
        /// Written or defaulted.
        why: Why,
        /// Its place; of a default, the place of what lacks it.
        origin: OriginId,
    },
    /// It has one of these values: an undecided condition.
    OneOf {
        /// All the values it can have.
        values: Vec<T>,
        /// Its place.
        origin: OriginId,
    },
    /// It is not there, and there is no default.
    Absent {
        /// The place of what lacks it.
        origin: OriginId,
    },
    /// Nothing is known of it.
    Unknown {
        /// Its place.
        origin: OriginId,
    },
}

impl<T> Prop<T> {
    /// A written value.
    pub fn written(value: T, origin: OriginId) -> Self {
        Prop::Known { value, why: Why::Written, origin }
    }

    /// The value, when it is known for certain.
    pub fn known(&self) -> Option<&T> {
        match self {
            Prop::Known { value, .. } => Some(value),
            _ => None,
        }
    }

    /// The value, when it is known and written.
    pub fn written_value(&self) -> Option<&T> {
        match self {
            Prop::Known { value, why: Why::Written, .. } => Some(value),
            _ => None,
        }
    }

    /// Its place, or that of what lacks it.
    pub fn origin(&self) -> OriginId {
        match self {
            Prop::Known { origin, .. }
            | Prop::OneOf { origin, .. }
            | Prop::Absent { origin }
            | Prop::Unknown { origin } => *origin,
        }
    }

    /// Whether it is surely not there.
    pub fn is_absent(&self) -> bool {
        matches!(self, Prop::Absent { .. })
    }

    /// Whether nothing, or not everything, is known.
    pub fn is_uncertain(&self) -> bool {
        matches!(self, Prop::Unknown { .. } | Prop::OneOf { .. })
    }

    /// Whether every value that it can have satisfies `test`. Absent and unknown do not.
    pub fn must(&self, test: impl Fn(&T) -> bool) -> bool {
        match self {
            Prop::Known { value, .. } => test(value),
            Prop::OneOf { values, .. } => !values.is_empty() && values.iter().all(test),
            Prop::Absent { .. } | Prop::Unknown { .. } => false,
        }
    }

    /// Whether it can have a value that satisfies `test`. Unknown can.
    pub fn may(&self, test: impl Fn(&T) -> bool) -> bool {
        match self {
            Prop::Known { value, .. } => test(value),
            Prop::OneOf { values, .. } => values.iter().any(test),
            Prop::Absent { .. } => false,
            Prop::Unknown { .. } => true,
        }
    }

    /// The property with a default for when it is absent.
    #[must_use]
    pub fn or(self, default: impl Into<T>) -> Self {
        match self {
            Prop::Absent { origin } => Prop::Known { value: default.into(), why: Why::Defaulted, origin },
            other => other,
        }
    }

    /// The property with each value converted; what cannot be converted is unknown.
    pub fn convert<U>(self, convert: impl Fn(T) -> Option<U>) -> Prop<U> {
        match self {
            Prop::Known { value, why, origin } => match convert(value) {
                Some(value) => Prop::Known { value, why, origin },
                None => Prop::Unknown { origin },
            },
            Prop::OneOf { values, origin } => {
                match values.into_iter().map(convert).collect::<Option<Vec<U>>>() {
                    Some(values) => Prop::OneOf { values, origin },
                    None => Prop::Unknown { origin },
                }
            }
            Prop::Absent { origin } => Prop::Absent { origin },
            Prop::Unknown { origin } => Prop::Unknown { origin },
        }
    }
}
