//! URLs as the model's records.

use cors_model::url::Url;

/// A parsed URL as a record, with its site: the places of the cases are under `.test` and similar
/// names, which no public suffix list knows, so the registrable domain is the last two labels.
pub(crate) fn record(url: &url::Url) -> Url {
    let record = cors_harness::model::url(url);
    record.with(|parts| {
        parts.registrable_domain = url.domain().map(|domain| {
            let labels: Vec<&str> = domain
                .trim_end_matches('.')
                .rsplitn(3, '.')
                .take(2)
                .collect();
            labels
                .into_iter()
                .rev()
                .collect::<Vec<_>>()
                .join(".")
                .into()
        });
    })
}

/// Parses a URL into a record.
pub(crate) fn parse(text: &str) -> Option<Url> {
    url::Url::parse(text).ok().map(|url| record(&url))
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
