//! The three origins that a case plays on, and the URLs and placeholders that follow from them.

use std::collections::BTreeMap;

use cors_vectors::agent::{AgentCase, Fetch, Place};
use cors_vectors::text::{Text, TextError};

/// Where a case plays: an origin for each place, and a path that is the case's own, so that no
/// cache carries anything from one case to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct World {
    origins: BTreeMap<Place, String>,
    path: String,
}

impl World {
    /// A case's world on the given origins (serialized, without a trailing slash). What the case
    /// states of its origins wins.
    pub fn new(case: &AgentCase, page: &str, cross: &str, third: &str) -> Self {
        let mut origins = BTreeMap::from([
            (Place::Page, page.to_owned()),
            (Place::Cross, cross.to_owned()),
            (Place::Third, third.to_owned()),
        ]);
        origins.extend(
            case.origins
                .iter()
                .map(|(&place, origin)| (place, origin.clone())),
        );
        Self {
            origins,
            path: format!("/c/{}", case.id),
        }
    }

    /// The world in which the model plays a case: three HTTPS origins, each a site of its own.
    pub fn of_model(case: &AgentCase) -> Self {
        Self::new(
            case,
            "https://page.test",
            "https://cross.test",
            "https://third.test",
        )
    }

    /// The serialized origin of a place.
    pub fn origin(&self, place: Place) -> &str {
        self.origins.get(&place).map_or("", String::as_str)
    }

    /// Host and port of a place, as its URLs write them.
    pub fn authority(&self, place: Place) -> &str {
        let origin = self.origin(place);
        origin
            .split_once("://")
            .map_or(origin, |(_, authority)| authority)
    }

    /// The case's own URL at a place.
    pub fn url(&self, place: Place) -> String {
        format!("{}{}", self.origin(place), self.path)
    }

    /// The URL that a fetch of the case gives to its API.
    ///
    /// # Errors
    ///
    /// A text of the fetch that cannot be expanded.
    pub fn requested(&self, fetch: &Fetch) -> Result<String, TextError> {
        let expand = |text: &Text| self.expand(text, None);
        let text = match (&fetch.url, &fetch.suffix) {
            (Some(url), _) => expand(url)?,
            (None, suffix) => {
                let mut url = self.url(fetch.to).into_bytes();
                url.extend(suffix.as_ref().map(expand).transpose()?.unwrap_or_default());
                url
            }
        };
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    /// Which place a URL is at, and how it continues the case's own URL there.
    pub fn locate<'u>(&self, url: &'u str) -> Option<(Place, &'u str)> {
        self.origins.keys().find_map(|&place| {
            let suffix = url
                .strip_prefix(self.origin(place))?
                .strip_prefix(self.path.as_str())?;
            Some((place, suffix))
        })
    }

    /// Expands a text of the case. `origin` is the `Origin` header of the request that is being
    /// answered: empty where it had none, `None` where no request is being answered.
    ///
    /// # Errors
    ///
    /// A malformed text or an unknown placeholder.
    pub fn expand(&self, text: &Text, origin: Option<&[u8]>) -> Result<Vec<u8>, TextError> {
        text.expand(&|name| self.fill(name, origin))
    }

    fn fill(&self, name: &str, origin: Option<&[u8]>) -> Option<Vec<u8>> {
        if name == "origin" {
            return origin.map(<[u8]>::to_vec);
        }
        let (place, part) = name
            .split_once('.')
            .map_or((name, None), |(place, part)| (place, Some(part)));
        let place = match place {
            "page" => Place::Page,
            "cross" => Place::Cross,
            "third" => Place::Third,
            _ => return None,
        };
        match part {
            None => Some(self.origin(place).as_bytes().to_vec()),
            Some("url") => Some(self.url(place).into_bytes()),
            Some("host") => Some(self.authority(place).as_bytes().to_vec()),
            Some(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::case;

    #[test]
    fn urls_are_the_cases_own_and_are_found_again() {
        let world = World::of_model(&case("area/slug"));
        assert_eq!(world.url(Place::Cross), "https://cross.test/c/area/slug");
        assert_eq!(
            world.locate("https://cross.test/c/area/slug/2?q"),
            Some((Place::Cross, "/2?q"))
        );
        assert_eq!(
            world.locate("https://third.test/c/area/slug"),
            Some((Place::Third, ""))
        );
        assert_eq!(world.locate("https://cross.test/elsewhere"), None);
        assert_eq!(world.locate("https://cross.test.evil/c/area/slug"), None);
    }

    #[test]
    fn placeholders_name_origins_urls_and_hosts() {
        let mut case = case("a/b");
        case.origins
            .insert(Place::Page, "http://[::1]:8080".to_owned());
        let world = World::of_model(&case);
        let expand = |text: &str, origin| world.expand(&Text::Plain(text.to_owned()), origin);
        assert_eq!(expand("{page}", None).unwrap(), b"http://[::1]:8080");
        assert_eq!(expand("{page.host}", None).unwrap(), b"[::1]:8080");
        assert_eq!(
            expand("<{cross.url}/2>", None).unwrap(),
            b"<https://cross.test/c/a/b/2>"
        );
        assert_eq!(expand("{origin}", Some(b"null")).unwrap(), b"null");
        assert!(expand("{origin}", None).is_err());
        assert!(expand("{fourth}", None).is_err());
        assert!(expand("{page.path}", None).is_err());
    }
}
