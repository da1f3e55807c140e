//! Holds requests and outcomes against what is expected of them, part by part.

use cors_harness::event::Difference;
use cors_vectors::agent::{ErrorKind, ExpectedRequest, OriginHeader, Outcome, Place, RequestKind};
use cors_vectors::text::{Text, TextError};

use super::words::{error, kind, place, response_type, shown};
use crate::observation::{ObservedOutcome, ObservedRequest};
use crate::world::World;

/// The differences found so far, and where the next ones are.
pub(super) struct Report<'w> {
    world: &'w World,
    pub(super) differences: Vec<Difference>,
    pub(super) place: String,
}

impl<'w> Report<'w> {
    pub(super) const fn new(world: &'w World) -> Self {
        Self {
            world,
            differences: Vec::new(),
            place: String::new(),
        }
    }

    pub(super) fn add(&mut self, what: &str, wanted: String, got: String) {
        self.differences.push(Difference {
            what: format!("{}{what}", self.place),
            wanted,
            got,
        });
    }

    fn bytes(&mut self, what: &str, wanted: Option<&[u8]>, got: Option<&[u8]>) {
        if wanted != got {
            self.add(what, shown(wanted), shown(got));
        }
    }

    fn text(
        &mut self,
        what: &str,
        wanted: Option<&Text>,
        got: Option<&[u8]>,
    ) -> Result<(), TextError> {
        let wanted = wanted
            .map(|text| self.world.expand(text, None))
            .transpose()?;
        self.bytes(what, wanted.as_deref(), got);
        Ok(())
    }

    pub(super) fn request(
        &mut self,
        wanted: &ExpectedRequest,
        got: &ObservedRequest,
    ) -> Result<(), TextError> {
        if wanted.kind != got.kind {
            self.add(
                "kind",
                kind(wanted.kind).to_owned(),
                kind(got.kind).to_owned(),
            );
        }
        if Some(wanted.at) != got.at {
            self.add(
                "place",
                place(Some(wanted.at)).to_owned(),
                place(got.at).to_owned(),
            );
        }
        if let Some(suffix) = &wanted.suffix {
            self.text("URL suffix", Some(suffix), Some(got.suffix.as_bytes()))?;
        }
        match (&wanted.method, wanted.kind) {
            (Some(method), _) => self.text("method", Some(method), Some(&got.method))?,
            (None, RequestKind::Preflight) => {
                self.bytes("method", Some(b"OPTIONS"), Some(&got.method));
            }
            (None, RequestKind::Actual) => {}
        }
        let origin = match wanted.origin {
            OriginHeader::Page => Some(self.world.origin(Place::Page)),
            OriginHeader::Cross => Some(self.world.origin(Place::Cross)),
            OriginHeader::Third => Some(self.world.origin(Place::Third)),
            OriginHeader::Null => Some("null"),
            OriginHeader::None => None,
        };
        self.bytes(
            "Origin",
            origin.map(str::as_bytes),
            got.header("origin").as_deref(),
        );
        if wanted.kind == RequestKind::Preflight {
            for (name, text) in [
                ("Access-Control-Request-Method", &wanted.request_method),
                ("Access-Control-Request-Headers", &wanted.request_headers),
            ] {
                self.text(name, text.as_ref(), got.header(name).as_deref())?;
            }
        }
        for (name, value) in &wanted.has {
            let name = String::from_utf8_lossy(&self.world.expand(name, None)?).into_owned();
            self.text(&name, Some(value), got.header(&name).as_deref())?;
        }
        for name in &wanted.lacks {
            self.bytes(name, None, got.header(name).as_deref());
        }
        if let Some(body) = &wanted.body {
            self.text("body", Some(body), Some(&got.body))?;
        }
        Ok(())
    }

    pub(super) fn outcome(
        &mut self,
        wanted: &Outcome,
        got: &ObservedOutcome,
    ) -> Result<(), TextError> {
        match (wanted.error, got) {
            (Some(_), ObservedOutcome::Error(None))
            | (Some(ErrorKind::Any), ObservedOutcome::Error(_)) => {}
            (Some(wanted), ObservedOutcome::Error(Some(got))) => {
                if wanted != *got {
                    self.add("error", error(wanted).to_owned(), error(*got).to_owned());
                }
            }
            (Some(wanted), ObservedOutcome::Response(got)) => {
                self.add(
                    "result",
                    format!("error ({})", error(wanted)),
                    format!("response {}", got.status),
                );
            }
            (None, ObservedOutcome::Error(got)) => {
                let status = wanted
                    .status
                    .map_or_else(String::new, |status| format!(" {status}"));
                let got = got.map_or("error", error);
                self.add(
                    "result",
                    format!("response{status}"),
                    format!("error ({got})"),
                );
            }
            (None, ObservedOutcome::Response(got)) => {
                if let (Some(wanted), Some(got)) = (wanted.response_type, got.response_type)
                    && wanted != got
                {
                    self.add(
                        "type",
                        response_type(wanted).to_owned(),
                        response_type(got).to_owned(),
                    );
                }
                if let Some(status) = wanted.status
                    && status != got.status
                {
                    self.add("status", status.to_string(), got.status.to_string());
                }
                for (name, value) in &wanted.headers {
                    let name = self.world.expand(name, None)?.to_ascii_lowercase();
                    let shown = format!("readable header {}", name.escape_ascii());
                    self.text(
                        &shown,
                        Some(value),
                        got.headers.get(&name).map(Vec::as_slice),
                    )?;
                }
                for name in &wanted.hidden {
                    let name = self.world.expand(name, None)?.to_ascii_lowercase();
                    let shown = format!("hidden header {}", name.escape_ascii());
                    self.bytes(&shown, None, got.headers.get(&name).map(Vec::as_slice));
                }
                if let (Some(url), Some(got)) = (&wanted.url, &got.url) {
                    self.text("url", Some(url), Some(got.as_bytes()))?;
                }
                for (what, wanted, got) in [
                    ("redirected", wanted.redirected, got.redirected),
                    ("timing allowed", wanted.timing_allowed, got.timing_allowed),
                ] {
                    if let (Some(wanted), Some(got)) = (wanted, got)
                        && wanted != got
                    {
                        self.add(what, wanted.to_string(), got.to_string());
                    }
                }
            }
        }
        Ok(())
    }
}
