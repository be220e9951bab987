//! Sets of numbers as ranges: ports, and the addresses of networks.

use ipnet::IpNet;

/// A set of numbers as ranges that neither meet nor overlap, in order. Both ends belong to a range.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Ranges(Vec<(u128, u128)>);

impl Ranges {
    /// The empty set.
    pub const EMPTY: Ranges = Ranges(Vec::new());

    /// The numbers from the first to the last; none when the range ends before it begins.
    pub fn of(first: u128, last: u128) -> Self {
        if first <= last { Self(vec![(first, last)]) } else { Self::EMPTY }
    }

    /// The ports from the first to the last, of those that there are.
    pub fn ports(from: i64, to: i64) -> Self {
        let port = |p: i64| p.clamp(0, 65_535).unsigned_abs();
        if to < 0 || from > 65_535 { Self::EMPTY } else { Self::of(port(from).into(), port(to).into()) }
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a number is in it.
    pub fn contains(&self, number: u128) -> bool {
        self.0.iter().any(|(first, last)| *first <= number && number <= *last)
    }

    /// Both sets together.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut all: Vec<(u128, u128)> = self.0.iter().chain(&other.0).copied().collect();
        all.sort_unstable();
        let mut out: Vec<(u128, u128)> = Vec::new();
        for (first, last) in all {
            match out.last_mut() {
                Some(before) if first <= before.1.saturating_add(1) => before.1 = before.1.max(last),
                _ => out.push((first, last)),
            }
        }
        Self(out)
    }

    /// What is in both.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        let mut out = Vec::new();
        for (first, last) in &self.0 {
            for (other_first, other_last) in &other.0 {
                let (first, last) = (*first.max(other_first), *last.min(other_last));
                if first <= last {
                    out.push((first, last));
                }
            }
        }
        Self(out)
    }

    /// What is in this one and not in the other.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let mut left = self.0.clone();
        for (first, last) in &other.0 {
            left = left.into_iter().flat_map(|range| cut(range, (*first, *last))).collect();
        }
        Self(left)
    }

    /// Whether everything of the other is in it.
    pub fn covers(&self, other: &Self) -> bool {
        other.without(self).is_empty()
    }

    /// Whether something of the other is in it.
    pub fn meets(&self, other: &Self) -> bool {
        !self.intersection(other).is_empty()
    }
}

/// What is left of a range without another one.
fn cut((first, last): (u128, u128), (from, to): (u128, u128)) -> impl Iterator<Item = (u128, u128)> {
    let before = (first < from).then(|| (first, last.min(from.saturating_sub(1))));
    let behind = (last > to).then(|| (first.max(to.saturating_add(1)), last));
    before.into_iter().chain(behind)
}

/// A set of addresses of both families.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Addresses {
    v4: Ranges,
    v6: Ranges,
}

impl Addresses {
    /// The addresses of networks.
    pub fn of<'n>(nets: impl IntoIterator<Item = &'n IpNet>) -> Self {
        let mut out = Self::default();
        for net in nets {
            out.add(net);
        }
        out
    }

    /// Adds the addresses of a network.
    pub fn add(&mut self, net: &IpNet) {
        match net {
            IpNet::V4(net) => {
                let range = Ranges::of(u32::from(net.network()).into(), u32::from(net.broadcast()).into());
                self.v4 = self.v4.union(&range);
            }
            IpNet::V6(net) => {
                let range = Ranges::of(u128::from(net.network()), u128::from(net.broadcast()));
                self.v6 = self.v6.union(&range);
            }
        }
    }

    /// Whether every address of the other is in it.
    pub fn covers(&self, other: &Self) -> bool {
        self.v4.covers(&other.v4) && self.v6.covers(&other.v6)
    }

    /// Whether an address of the other is in it.
    pub fn meets(&self, other: &Self) -> bool {
        self.v4.meets(&other.v4) || self.v6.meets(&other.v6)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    const LIMIT: u128 = 40;

    /// A set in both forms: as ranges, and number by number.
    fn sets() -> impl Strategy<Value = (Ranges, BTreeSet<u128>)> {
        prop::collection::vec((0..LIMIT, 0..LIMIT), 0..6).prop_map(|pairs| {
            let mut ranges = Ranges::EMPTY;
            let mut numbers = BTreeSet::new();
            for (first, last) in pairs {
                ranges = ranges.union(&Ranges::of(first, last));
                numbers.extend(first..=last);
            }
            (ranges, numbers)
        })
    }

    fn numbers(ranges: &Ranges) -> BTreeSet<u128> {
        (0..LIMIT).filter(|n| ranges.contains(*n)).collect()
    }

    /// Networks of one small range, so that they often meet.
    fn nets() -> impl Strategy<Value = Vec<IpNet>> {
        let net = (0u8..=255, 24u8..=32).prop_map(|(last, bits)| {
            let net: IpNet = format!("10.0.0.{last}/{bits}").parse().expect("it is a network");
            net.trunc()
        });
        prop::collection::vec(net, 0..5)
    }

    fn hosts(nets: &[IpNet]) -> BTreeSet<u8> {
        let has = |last: u8| {
            let address: std::net::IpAddr = [10, 0, 0, last].into();
            nets.iter().any(|net| net.contains(&address))
        };
        (0..=255).filter(|last| has(*last)).collect()
    }

    proptest! {
        #[test]
        fn ranges_are_what_the_numbers_one_by_one_are((a, x) in sets(), (b, y) in sets()) {
            prop_assert_eq!(numbers(&a), x.clone());
            prop_assert_eq!(numbers(&a.union(&b)), &x | &y);
            prop_assert_eq!(numbers(&a.intersection(&b)), &x & &y);
            prop_assert_eq!(numbers(&a.without(&b)), &x - &y);
            prop_assert_eq!(a.covers(&b), y.is_subset(&x));
            prop_assert_eq!(a.meets(&b), !x.is_disjoint(&y));
            prop_assert_eq!(a.is_empty(), x.is_empty());
        }

        #[test]
        fn equal_sets_have_one_form((a, x) in sets(), (b, y) in sets()) {
            prop_assert_eq!(a == b, x == y);
        }

        #[test]
        fn addresses_are_what_the_hosts_one_by_one_are(a in nets(), b in nets()) {
            let (x, y) = (hosts(&a), hosts(&b));
            prop_assert_eq!(Addresses::of(&a).covers(&Addresses::of(&b)), y.is_subset(&x));
            prop_assert_eq!(Addresses::of(&a).meets(&Addresses::of(&b)), !x.is_disjoint(&y));
        }
    }

    #[test]
    fn the_ends_of_what_there_is_are_no_exception() {
        let all = Ranges::of(0, u128::MAX);
        assert!(all.without(&all).is_empty() && all.union(&all) == all);
        assert_eq!(all.without(&Ranges::of(0, 0)), Ranges::of(1, u128::MAX));
        assert_eq!(all.without(&Ranges::of(u128::MAX, u128::MAX)), Ranges::of(0, u128::MAX - 1));
        assert_eq!(Ranges::ports(-1, 70_000), Ranges::of(0, 65_535));
        assert!(Ranges::ports(5, 4).is_empty() && Ranges::ports(-5, -1).is_empty());
    }

    #[test]
    fn families_do_not_meet() {
        let of = |net: &str| Addresses::of(&[net.parse::<IpNet>().expect("it is a network")]);
        assert!(!of("::/0").covers(&of("10.0.0.0/8")) && !of("::/0").meets(&of("10.0.0.0/8")));
        assert!(of("0.0.0.0/0").covers(&of("10.0.0.0/8")) && of("::/0").covers(&of("2001:db8::/32")));
    }
}
