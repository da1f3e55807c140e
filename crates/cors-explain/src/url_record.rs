//! URLs as records of the model.

use cors_model::host::Host;
use cors_model::url::{Url, UrlParts};

/// A URL as a record of the model. Sites are not told apart from hosts.
pub(crate) fn record(url: &url::Url) -> Url {
    let host = url.host().map(|host| match host {
        url::Host::Domain(domain) if url.is_special() => Host::Domain(domain.into()),
        url::Host::Domain(opaque) => Host::Opaque(opaque.to_owned()),
        url::Host::Ipv4(address) => Host::Ipv4(address.to_bits()),
        url::Host::Ipv6(address) => Host::Ipv6(address.segments()),
    });
    Url::new(UrlParts {
        scheme: url.scheme().to_owned().into(),
        username: url.username().to_owned(),
        password: url.password().unwrap_or_default().to_owned(),
        host,
        port: url.port(),
        path: url.path().to_owned().into(),
        query: url.query().map(str::to_owned),
        fragment: url.fragment().map(str::to_owned),
        registrable_domain: None,
    })
}
