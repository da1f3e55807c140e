//! Ports that belong to other services than HTTP.

use crate::corp_check::Verdict;
use crate::request::Request;
use crate::trace::{Trace, anchor, step};

/// The bad ports, in ascending order: <https://fetch.spec.whatwg.org/#bad-port>
const BAD_PORTS: [u16; 83] = [
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101,
    102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427,
    465, 512, 513, 514, 515, 526, 530, 531, 532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990,
    993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667,
    6668, 6669, 6679, 6697, 10080,
];

/// Whether a port is a bad port: <https://fetch.spec.whatwg.org/#bad-port>
pub fn is_bad_port(port: u16) -> bool {
    BAD_PORTS.contains(&port)
}

/// Whether a request should be blocked due to a bad port:
/// <https://fetch.spec.whatwg.org/#block-bad-port>
pub fn block_bad_port(request: &Request, trace: &mut impl Trace) -> Verdict {
    anchor!("block-bad-port");
    let url = request.current_url();
    step!(trace, "1": "The request goes to {}.", url.serialize(true));
    if let Some(port) = url
        .port()
        .filter(|&port| url.is_http_scheme() && is_bad_port(port))
    {
        step!(trace, "2": "Port {port} is a bad port: blocked.");
        return Verdict::Blocked;
    }
    step!(trace, "3": "The port is not a bad one: allowed.");
    Verdict::Allowed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::request as prepared;
    use crate::trace::NoTrace;

    #[test]
    fn bad_ports_are_blocked_for_http() {
        let verdict = |to: &str| block_bad_port(&prepared("GET", to), &mut NoTrace);
        assert_eq!(verdict("https://b.test:25/"), Verdict::Blocked);
        assert_eq!(verdict("http://b.test:10080/"), Verdict::Blocked);
        assert_eq!(verdict("https://b.test:0/"), Verdict::Blocked);
        assert_eq!(verdict("https://b.test:26/"), Verdict::Allowed);
        assert_eq!(verdict("https://b.test/"), Verdict::Allowed);
        assert_eq!(verdict("ftp://b.test:25/"), Verdict::Allowed);
    }

    #[test]
    fn the_list_is_in_order() {
        assert!(BAD_PORTS.is_sorted());
        assert!(is_bad_port(22) && is_bad_port(6697) && !is_bad_port(80) && !is_bad_port(443));
        let sum: u32 = BAD_PORTS.iter().map(|port| u32::from(*port)).sum();
        assert_eq!(sum, 115_595);
    }
}
