//! The cookies of the model's user agent: as much of a cookie jar as the cases need.

use cors_model::host::Host;
use cors_text::blanks::trimmed;

/// Cookies by host and name, the oldest first. Attributes are ignored: cases set cookies on paths
/// and hosts of their own.
#[derive(Debug, Clone, Default)]
pub(crate) struct Jar {
    cookies: Vec<(Host, Vec<u8>, Vec<u8>)>,
}

impl Jar {
    /// Stores what a `Set-Cookie` line says; a line without a name is ignored.
    pub(crate) fn store(&mut self, host: &Host, line: &[u8]) {
        let pair = line.split(|&byte| byte == b';').next().unwrap_or_default();
        let Some(equals) = pair.iter().position(|&byte| byte == b'=') else {
            return;
        };
        let (name, value) = pair.split_at(equals);
        let (name, value) = (trimmed(name), trimmed(value));
        let value = trimmed(value.strip_prefix(b"=").unwrap_or(value));
        if name.is_empty() {
            return;
        }
        let known = self
            .cookies
            .iter_mut()
            .find(|(h, n, _)| h == host && n == name);
        match known {
            Some((_, _, old)) => *old = value.to_vec(),
            None => self
                .cookies
                .push((host.clone(), name.to_vec(), value.to_vec())),
        }
    }

    /// The value of `Cookie` for a host, when there is any.
    pub(crate) fn header(&self, host: &Host) -> Option<Vec<u8>> {
        let pairs: Vec<Vec<u8>> = self
            .cookies
            .iter()
            .filter(|(h, _, _)| h == host)
            .map(|(_, name, value)| [name.as_slice(), b"=", value].concat())
            .collect();
        (!pairs.is_empty()).then(|| pairs.join(&b"; "[..]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_kept_by_host_and_name() {
        let (a, b) = (Host::Domain("a.test".into()), Host::Domain("b.test".into()));
        let mut jar = Jar::default();
        assert_eq!(jar.header(&a), None);
        jar.store(&a, b"x=1; Secure; SameSite=None");
        jar.store(&a, b" y = 2 ");
        jar.store(&b, b"z=3");
        jar.store(&a, b"x=4=5");
        jar.store(&a, b"nameless");
        jar.store(&a, b"=valueless");
        assert_eq!(jar.header(&a).as_deref(), Some(&b"x=4=5; y=2"[..]));
        assert_eq!(jar.header(&b).as_deref(), Some(&b"z=3"[..]));
    }
}
