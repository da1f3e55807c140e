//! Addresses and ranges of them.

use std::net::IpAddr;

/// An address range such as `10.20.0.0/16` at the start, and what follows it.
pub(super) fn range_of(authority: &str) -> Option<(&str, &str, &str)> {
    let (address, rest) = authority.split_once('/')?;
    let bits = rest.split(':').next()?;
    let is_number = !bits.is_empty() && bits.bytes().all(|byte| byte.is_ascii_digit());
    let is_address = address.starts_with('[') || address.parse::<std::net::Ipv4Addr>().is_ok();
    (is_number && is_address).then(|| (address, bits, rest.strip_prefix(bits).unwrap_or_default()))
}

pub(super) fn address(host: &str) -> Option<IpAddr> {
    let inner = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    match inner {
        Some(inner) => inner.parse().ok().filter(IpAddr::is_ipv6),
        None => host.parse().ok().filter(IpAddr::is_ipv4),
    }
}

/// The address as a number of 128 bits from the left, and how many of them there are.
pub(super) fn bits_of(address: IpAddr) -> (u128, u8) {
    match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()) << 96, 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    }
}

/// The bits of a network's part, from the left.
pub(super) fn mask(bits: u8) -> u128 {
    u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0)
}

/// The address of these bits, of the same kind as another.
pub(super) fn address_like(kind: IpAddr, bits: u128) -> IpAddr {
    match kind {
        IpAddr::V4(_) => IpAddr::from(u32::try_from(bits >> 96).unwrap_or_default().to_be_bytes()),
        IpAddr::V6(_) => IpAddr::from(bits.to_be_bytes()),
    }
}

/// An address as it is written in an origin.
pub(super) fn written(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => crate::origin::written_ipv6(address),
    }
}
