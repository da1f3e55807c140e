//! The model's network in a case: the scripted servers, without a socket.

use cors_model::header::{HeaderList, HeaderName, HeaderValue};
use cors_model::network::{
    HttpRequest, HttpVersion, Network, RequestKind as ModelKind, TransportError,
};
use cors_model::response::Response;
use cors_model::url::Url;
use cors_net::message::Line;
use cors_text::blanks::trimmed;
use cors_vectors::agent::{AgentCase, Place};
use cors_vectors::text::{HeaderPair, TextError};

use crate::jar::Jar;
use crate::observation::ObservedRequest;
use crate::script::{Asked, Script, kind_of};
use crate::world::World;

/// The servers of a case, a log of what reached them, and the user agent's cookies.
#[derive(Debug)]
pub(crate) struct ScriptedNetwork<'c> {
    world: &'c World,
    script: Script<'c>,
    jar: Jar,
    http_version: HttpVersion,
    /// During which fetch of the case, counted from 1.
    pub(crate) fetch: u32,
    /// What arrived, in order.
    pub(crate) requests: Vec<ObservedRequest>,
    /// A text of the script that could not be expanded; the case is broken.
    pub(crate) broken: Option<TextError>,
}

impl<'c> ScriptedNetwork<'c> {
    pub(crate) fn new(case: &'c AgentCase, world: &'c World) -> Self {
        Self {
            world,
            script: Script::new(case),
            jar: Jar::default(),
            http_version: if case.tags.iter().any(|tag| tag == "http2") {
                HttpVersion::Http2OrLater
            } else {
                HttpVersion::Http1
            },
            fetch: 0,
            requests: Vec::new(),
            broken: None,
        }
    }

    /// A request as a server sees it, with its place.
    fn arrived(&self, request: &HttpRequest<'_>) -> ObservedRequest {
        // User name and password are no part of what goes on the wire.
        let url = request.url.with(|parts| {
            parts.username.clear();
            parts.password.clear();
        });
        let url = url.serialize(true);
        let (at, suffix) = self
            .world
            .locate(&url)
            .map_or((None, url.as_str()), |(at, suffix)| (Some(at), suffix));
        let headers: Vec<Line> = request
            .header_list
            .iter()
            .map(|header| {
                (
                    header.name.as_bytes().to_vec(),
                    header.value.as_bytes().to_vec(),
                )
            })
            .collect();
        let method = request.method.as_bytes().to_vec();
        let asks = headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case(b"access-control-request-method"));
        let kind = kind_of(&method, asks);
        debug_assert_eq!(
            kind == cors_vectors::agent::RequestKind::Preflight,
            request.kind == ModelKind::Preflight
        );
        ObservedRequest {
            kind,
            at,
            suffix: suffix.to_owned(),
            method,
            headers,
            body: request
                .body
                .map(|body| body.bytes.clone())
                .unwrap_or_default(),
        }
    }

    fn answer(&mut self, request: &HttpRequest<'_>) -> Result<Response, Failure> {
        let fetch = self.fetch;
        let arrived = self.arrived(request);
        self.requests.push(arrived.clone());
        let at: Place = arrived
            .at
            .ok_or_else(|| failed("no server of the case stands at this URL"))?;
        let origin = arrived.header("origin").unwrap_or_default();
        let asked = Asked {
            kind: arrived.kind,
            at,
            suffix: &arrived.suffix,
            fetch,
        };
        let Some(answer) = self.script.answer(self.world, &asked)? else {
            return Ok(response(200, HeaderList::new(), Vec::new()));
        };
        if answer.drop {
            return Err(failed("the connection was closed before any answer"));
        }
        let header_list = self.header_list(&answer.headers, &origin)?;
        if request.includes_credentials
            && let Some(host) = request.url.host()
        {
            for line in header_list.values(b"set-cookie") {
                self.jar.store(host, line.as_bytes());
            }
        }
        let body = answer
            .body
            .as_ref()
            .map(|text| self.world.expand(text, Some(&origin)))
            .transpose()?;
        Ok(response(
            answer.status,
            header_list,
            body.unwrap_or_default(),
        ))
    }

    /// The header lines as an HTTP parser hands them on: without white space at their ends.
    fn header_list(&self, lines: &[HeaderPair], origin: &[u8]) -> Result<HeaderList, Failure> {
        let mut list = HeaderList::new();
        for (name, value) in lines {
            let name = self.world.expand(name, Some(origin))?;
            let value = self.world.expand(value, Some(origin))?;
            let value = trimmed(&value);
            let line = HeaderName::try_from(name.as_slice())
                .ok()
                .zip(HeaderValue::try_from(value).ok());
            let (name, value) = line.ok_or_else(|| failed("the head of the answer is not HTTP"))?;
            list.append(name, value);
        }
        Ok(list)
    }
}

/// A response with the framing that a server adds: the length, unless the head says otherwise or
/// the status has no body.
fn response(status: u16, mut header_list: HeaderList, body: Vec<u8>) -> Response {
    let framed =
        header_list.contains("content-length") || header_list.contains("transfer-encoding");
    if !framed && !matches!(status, 204 | 304) {
        let length = HeaderValue::try_from(body.len().to_string().as_bytes());
        header_list.append(
            HeaderName::from_static("content-length"),
            length.unwrap_or_default(),
        );
    }
    Response::new(status, header_list, Some(body))
}

/// Why there is no answer: the script says so, or the script is broken.
enum Failure {
    Transport(TransportError),
    Broken(TextError),
}

impl From<TextError> for Failure {
    fn from(error: TextError) -> Self {
        Self::Broken(error)
    }
}

fn failed(said: &str) -> Failure {
    Failure::Transport(TransportError {
        said: said.to_owned(),
    })
}

impl Network for ScriptedNetwork<'_> {
    async fn http_network_fetch(
        &mut self,
        request: HttpRequest<'_>,
    ) -> Result<Response, TransportError> {
        self.answer(&request).map_err(|failure| match failure {
            Failure::Transport(error) => error,
            Failure::Broken(error) => {
                let said = error.to_string();
                self.broken = Some(error);
                TransportError { said }
            }
        })
    }

    fn parse_url(&self, input: &str, base: &Url) -> Option<Url> {
        base.join(input).ok().map(|url| crate::url::with_site(&url))
    }

    fn http_version(&mut self, _url: &Url) -> HttpVersion {
        self.http_version
    }

    fn cookie(&mut self, url: &Url) -> Option<HeaderValue> {
        HeaderValue::try_from(self.jar.header(url.host()?)?.as_slice()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::trimmed;

    #[test]
    fn only_tabs_and_spaces_are_trimmed() {
        assert_eq!(trimmed(b" \t a b\t "), b"a b");
        assert_eq!(trimmed(b"\x0Ba\x0C"), b"\x0Ba\x0C");
        assert_eq!(trimmed(b" \t"), b"");
        assert_eq!(trimmed(b""), b"");
    }
}
