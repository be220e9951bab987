//! Networks: `cidrhost`, `cidrnetmask`, `cidrsubnet`, `cidrsubnets`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use bigdecimal::num_bigint::{BigInt, Sign};
use bigdecimal::num_traits::{One, Signed, ToPrimitive};

use super::numeric::{num, whole};
use super::strings::str;
use super::{Call, CallError, error, wrong};
use crate::ty::Ty;
use crate::val::Val;

/// A network: its first address, the length of its prefix, and the bits of an address.
#[derive(Clone, Copy)]
struct Network {
    first: u128,
    length: u32,
    bits: u32,
}

/// The length of what stands before an IPv4 address inside an IPv6 one.
const MAPPED_BITS: u32 = 96;

impl Network {
    /// Host bits may be set, and the parts of an IPv4 address may have leading zeros.
    fn parse(text: &str) -> Result<Network, CallError> {
        let invalid = || error(format!("{text:?} is not a network in CIDR notation"));
        let (address, length) = text.split_once('/').ok_or_else(invalid)?;
        let (address, bits) = if address.contains(':') {
            (u128::from(address.parse::<Ipv6Addr>().map_err(|_| invalid())?), 128)
        } else {
            let mut value = 0u128;
            let mut count = 0;
            for part in address.split('.') {
                let plain = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
                let part: u128 = part.parse().ok().filter(|n| plain && *n < 256).ok_or_else(invalid)?;
                value = (value << 8) | part;
                count += 1;
            }
            if count != 4 {
                return Err(invalid());
            }
            (value, 32)
        };
        if length.is_empty() || !length.bytes().all(|b| b.is_ascii_digit()) {
            return Err(invalid());
        }
        let length: u32 = length.parse().ok().filter(|l| *l <= bits).ok_or_else(invalid)?;
        Ok(Network { first: address & !ones(bits - length), length, bits })
    }

    fn address(self, value: u128) -> String {
        if self.bits == 32 {
            Ipv4Addr::from(u32::try_from(value & u128::from(u32::MAX)).unwrap_or(0)).to_string()
        } else {
            IpAddr::V6(Ipv6Addr::from(value)).to_string()
        }
    }

    /// The network number `number` of those with `more` bits of prefix.
    fn subnet(self, more: u32, number: u128) -> String {
        let length = self.length + more;
        let shift = self.bits - length;
        let first = if shift >= 128 { self.first } else { self.first | (number << shift) };
        self.written(first, length)
    }

    /// A network of this kind; an IPv4 address inside an IPv6 one is written as such.
    fn written(self, first: u128, length: u32) -> String {
        match self.mapped(first).filter(|_| length >= MAPPED_BITS) {
            Some(inner) => format!("{inner}/{}", length - MAPPED_BITS),
            None => format!("{}/{length}", self.address(first)),
        }
    }

    fn mapped(self, address: u128) -> Option<Ipv4Addr> {
        if self.bits == 128 { Ipv6Addr::from(address).to_ipv4_mapped() } else { None }
    }
}

fn ones(bits: u32) -> u128 {
    if bits >= 128 { u128::MAX } else { (1 << bits) - 1 }
}

fn integer(arguments: &[Val], at: usize) -> Result<BigInt, CallError> {
    let number = num(arguments, at)?;
    if number.is_whole() { Ok(number.to_bigint()) } else { Err(error("a whole number is required")) }
}

pub(super) fn cidrhost(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let network = Network::parse(str(arguments, 0)?)?;
    let host = integer(arguments, 1)?;
    let size = BigInt::one() << (network.bits - network.length);
    // A negative number counts from the end. Of any other, only what fits into 64 bits is looked at, as a number with a sign.
    let (at, bounded) = if host.is_negative() {
        (&size + &host, -&host - 1)
    } else {
        let low = BigInt::from((&host & BigInt::from(u64::MAX)).to_u64().unwrap_or(0).cast_signed());
        (host.clone(), low)
    };
    let none = || error(format!("a prefix of {} has no host number {host}", network.length));
    // An IPv4 address inside an IPv6 one is counted in as if its 32 bits were all.
    let shift = if network.mapped(network.first).is_some() { MAPPED_BITS } else { 0 };
    let address: BigInt = BigInt::from(network.first) | (at << shift);
    let address =
        address.to_u128().filter(|a| bounded < size && *a <= ones(network.bits)).ok_or_else(none)?;
    Ok(call.str(network.address(address)))
}

/// Whether a network holds an address, or the whole of another network.
pub(super) fn cidrcontains(_: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let network = Network::parse(str(arguments, 0)?)?;
    let inner = str(arguments, 1)?;
    let inner = if inner.contains('/') {
        Network::parse(inner)?
    } else {
        Network::parse(&format!("{inner}/{}", if inner.contains(':') { 128 } else { 32 }))
            .map_err(|_| wrong(1, format!("{inner:?} is neither an address nor a network")))?
    };
    if inner.bits != network.bits {
        return Err(error("an address and a network of different versions cannot be compared"));
    }
    let within =
        inner.length >= network.length && inner.first & !ones(network.bits - network.length) == network.first;
    Ok(Val::bool(within, iaclint_value::OriginId::NONE))
}

pub(super) fn cidrnetmask(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let network = Network::parse(str(arguments, 0)?)?;
    if network.bits != 32 && network.mapped(network.first).is_none() {
        return Err(error("IPv6 networks have no netmask"));
    }
    let mask = !ones(network.bits - network.length) & ones(network.bits);
    Ok(call.str(network.address(mask)))
}

pub(super) fn cidrsubnet(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let network = Network::parse(str(arguments, 0)?)?;
    let more = whole(arguments, 1)?;
    let number = integer(arguments, 2)?;
    let length = i64::from(network.length).saturating_add(more);
    // The number is laid over the address, and must not be longer than that.
    let shift = i64::from(network.bits).saturating_sub(length);
    let width = i64::try_from(number.bits()).unwrap_or(i64::MAX).saturating_add(shift);
    let fits = number.sign() == Sign::NoSign || width <= i64::from(network.bits);
    if length < 0 && !fits {
        return Err(error(format!("a prefix of {} has no network number {number}", network.length)));
    }
    if length < 0 {
        // What Terraform prints for a prefix that there is not.
        return Ok(call.str("<nil>"));
    }
    let length = u32::try_from(length).ok();
    let Some(length) = length.filter(|length| *length <= network.bits) else {
        return Err(error(format!("a prefix of {} cannot be extended by {more} bits", network.length)));
    };
    // Of the number only 64 bits are looked at, and where they do not hold its bound not even those; nor is its sign.
    let bounded = u32::try_from(more).ok().filter(|more| *more < 64);
    let low = number.magnitude() & BigInt::from(u64::MAX).magnitude();
    let too_large = |more: u32| low.to_u128().is_none_or(|n| n > ones(more));
    if !fits || bounded.is_some_and(too_large) {
        return Err(error(format!("{more} more bits cannot hold the network number {number}")));
    }
    let first = BigInt::from(network.first) | (number << (network.bits - length));
    let first = first.magnitude().to_u128().ok_or_else(|| error("the network number is too large"))?;
    Ok(call.str(network.written(first, length)))
}

pub(super) fn cidrsubnets(call: &mut Call<'_>, arguments: &[Val]) -> Result<Val, CallError> {
    let network = Network::parse(str(arguments, 0)?)?;
    let origin = call.origin();
    let mut next: u128 = 0;
    // What begins at the address zero counts as used up: the network before it is the last one of all.
    let mut full = network.first == 0 || network.mapped(network.first).is_some();
    let mut out = Vec::new();
    for at in 1..arguments.len() {
        let more = whole(arguments, at)?;
        if more < 1 {
            return Err(wrong(at, "the prefix must be extended by at least one bit"));
        }
        if more > 32 {
            return Err(wrong(at, "the prefix cannot be extended by more than 32 bits at once"));
        }
        let room = network.bits - network.length;
        let Some(more) = u32::try_from(more).ok().filter(|m| *m <= room) else {
            return Err(wrong(
                at,
                format!("a prefix of {} cannot be extended by {more} bits", network.length),
            ));
        };
        let size_bits = room - more;
        // Each network begins at a multiple of its size, behind the one before.
        let number = (next >> size_bits) + u128::from(next & ones(size_bits) != 0);
        if full || number > ones(more) {
            return Err(wrong(at, "there is not enough address space left"));
        }
        out.push(Val::str(network.subnet(more, number), origin));
        full = number == ones(more);
        next = if full { 0 } else { (number + 1) << size_bits };
    }
    Ok(Val::list(Ty::String, out, origin))
}
