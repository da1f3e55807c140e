//! A proxy.

use std::fmt;
use std::str::FromStr;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use percent_encoding::percent_decode_str;
use url::Url;

use super::notation::{RouteError, plain, unreadable};

/// `[http://][USER:PASSWORD@]HOST[:PORT]`: an HTTP proxy, as with curl's `-x`; port 1080 when none
/// is named. Its credentials are shown in no output.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    /// Its URL without the credentials.
    url: Url,
    /// User name and password.
    credentials: Option<(String, String)>,
}

impl Proxy {
    /// The port when the URL names none.
    const PORT: u16 = 1080;

    pub(super) fn host(&self) -> String {
        self.url.host().as_ref().map(plain).unwrap_or_default()
    }

    pub(super) fn port(&self) -> u16 {
        // The parser drops port 80, which is the scheme's own.
        self.url.port_or_known_default().unwrap_or(Self::PORT)
    }

    /// What stands in `Proxy-Authorization`.
    pub(in crate::client) fn authorization(&self) -> Option<String> {
        let (user, password) = self.credentials.as_ref()?;
        let pair = format!("{user}:{password}");
        Some(format!("Basic {}", BASE64_STANDARD.encode(pair)))
    }

    /// Whether it wants credentials.
    pub fn has_credentials(&self) -> bool {
        self.credentials.is_some()
    }

    /// Texts that must not be shown.
    pub fn secrets(&self) -> Vec<String> {
        let mut secrets = Vec::new();
        if let (Some((user, password)), Some(line)) = (&self.credentials, self.authorization()) {
            secrets.extend(line.strip_prefix("Basic ").map(str::to_owned));
            secrets.push(format!("{user}:{password}"));
            secrets.push(password.clone());
        }
        secrets
    }
}

/// Without the credentials.
impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = self.url.host_str().unwrap_or_default();
        write!(f, "http://{host}:{}", self.port())
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proxy")
            .field("url", &self.to_string())
            .field("has_credentials", &self.has_credentials())
            .finish()
    }
}

impl FromStr for Proxy {
    type Err = RouteError;

    fn from_str(text: &str) -> Result<Self, RouteError> {
        const EXPECTED: &str = "an HTTP proxy as [http://][USER:PASSWORD@]HOST[:PORT]";
        // The text may hold a password, so that no error repeats it.
        let wrong = |said: &str| unreadable(EXPECTED, said);
        let rest = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => rest,
            Some((scheme, _)) => {
                let said = format!("the scheme {} is not supported", scheme.escape_debug());
                return Err(wrong(&said));
            }
            None => text,
        };
        let mut url = Url::parse(&format!("http://{rest}"))
            .map_err(|error| wrong(&format!("it cannot be read ({error})")))?;
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("something follows the port"));
        }
        let authority = rest.trim_end_matches('/');
        let after = authority.rsplit_once('@').map_or(authority, |(_, at)| at);
        let names_port = after
            .rsplit_once(']')
            .map_or(after, |(_, end)| end)
            .contains(':');
        if !names_port && url.set_port(Some(Self::PORT)).is_err() {
            return Err(wrong("the host is missing"));
        }
        let decoded = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
        let credentials = (!url.username().is_empty() || url.password().is_some()).then(|| {
            let password = url.password().unwrap_or_default();
            (decoded(url.username()), decoded(password))
        });
        // Neither can fail: the URL has a host.
        let _ = (url.set_username(""), url.set_password(None));
        Ok(Self { url, credentials })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy(text: &str) -> Result<Proxy, String> {
        text.parse().map_err(|error: RouteError| error.to_string())
    }

    #[test]
    fn a_proxy_is_read_and_its_credentials_are_kept_to_itself() {
        let bare = proxy("localhost").unwrap();
        assert_eq!(bare.to_string(), "http://localhost:1080");
        assert!(!bare.has_credentials() && bare.secrets().is_empty());
        assert_eq!(
            proxy("http://[::1]:80/").unwrap().to_string(),
            "http://[::1]:80"
        );
        let with = proxy("http://user:hun%20ter2@127.0.0.1:3128").unwrap();
        assert_eq!(with.authorization().unwrap(), "Basic dXNlcjpodW4gdGVyMg==");
        let shown = format!("{with} {with:?}");
        assert!(
            !shown.contains("ter2") && shown.contains("127.0.0.1:3128"),
            "{shown}"
        );
        assert_eq!(with.secrets()[1], "user:hun ter2");
        for bad in [
            "https://u:secret@h",
            "socks5://h",
            "http://",
            "h:1/path",
            "u:secret@h:x",
            "h?q",
        ] {
            let error = proxy(bad).unwrap_err();
            assert!(
                error.contains("HOST[:PORT]") && !error.contains("secret"),
                "{bad}: {error}"
            );
        }
    }
}
