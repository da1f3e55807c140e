//! Citations (`fetch#anchor/step`, `rfc9110#section-8.6`) for people: a link, and the step.

/// A citation taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cited {
    /// Where a browser opens it.
    pub link: String,
    /// The path of the step within the algorithm, where one is cited.
    pub step: Option<String>,
}

/// Takes a citation apart; `None` for a document that is not known here.
pub fn cited(citation: &str) -> Option<Cited> {
    let (document, place) = citation.split_once('#').unwrap_or((citation, ""));
    // Only WHATWG anchors are followed by a step; `/` occurs in no other document's anchors.
    let (anchor, step) = match place.split_once('/') {
        Some((anchor, step)) if !step.is_empty() => (anchor, Some(step.to_owned())),
        Some((anchor, _)) => (anchor, None),
        None => (place, None),
    };
    let site = match document {
        "fetch" | "xhr" | "html" | "url" | "mimesniff" | "infra" | "streams" => {
            format!("https://{document}.spec.whatwg.org/")
        }
        _ => {
            let number = document.strip_prefix("rfc")?;
            if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            format!("https://www.rfc-editor.org/rfc/rfc{number}")
        }
    };
    let link = if anchor.is_empty() {
        site
    } else {
        format!("{site}#{anchor}")
    };
    Some(Cited { link, step })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_steps() {
        for (citation, link, step) in [
            (
                "fetch#concept-cors-check/4",
                "https://fetch.spec.whatwg.org/#concept-cors-check",
                Some("4"),
            ),
            (
                "fetch#http-cors-protocol",
                "https://fetch.spec.whatwg.org/#http-cors-protocol",
                None,
            ),
            (
                "rfc9110#section-8.6",
                "https://www.rfc-editor.org/rfc/rfc9110#section-8.6",
                None,
            ),
            (
                "xhr#the-send()-method/2[a].1",
                "https://xhr.spec.whatwg.org/#the-send()-method",
                Some("2[a].1"),
            ),
            (
                "fetch#concept-cors-check/",
                "https://fetch.spec.whatwg.org/#concept-cors-check",
                None,
            ),
        ] {
            let cited = cited(citation).unwrap();
            assert_eq!((cited.link.as_str(), cited.step.as_deref()), (link, step));
        }
        assert_eq!(cited("blog#x"), None);
        assert_eq!(cited("rfcx#y"), None);
    }
}
