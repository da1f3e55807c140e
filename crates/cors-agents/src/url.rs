//! URLs as the model's records.

use cors_model::host::Host;
use cors_model::url::Url;

/// The record with its site: the places of the cases are under `.test` and similar names, which no
/// public suffix list knows, so the registrable domain is the last two labels.
pub(crate) fn with_site(record: &Url) -> Url {
    let site = match record.host() {
        Some(Host::Domain(domain)) => {
            let domain = domain.trim_end_matches('.');
            let labels = domain.rmatch_indices('.').nth(1);
            let at = labels.map_or(0, |(dot, _)| dot + 1);
            domain.get(at..).map(Into::into)
        }
        Some(Host::Ipv4(_) | Host::Ipv6(_) | Host::Opaque(_)) | None => None,
    };
    record.with(|parts| parts.registrable_domain = site)
}

/// Parses a URL into a record.
pub(crate) fn parse(text: &str) -> Option<Url> {
    Url::parse(text).ok().map(|url| with_site(&url))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn sites_are_the_last_two_labels() {
        let site = |text| parse(text).unwrap().parts().registrable_domain.clone();
        assert_eq!(
            site("https://a.b.page.test:8443/x").as_deref(),
            Some("page.test")
        );
        assert_eq!(site("https://page.test/").as_deref(), Some("page.test"));
        assert_eq!(site("https://localhost/").as_deref(), Some("localhost"));
        assert_eq!(site("https://127.0.0.1/"), None);
        assert_eq!(site("data:,x"), None);
    }
}
