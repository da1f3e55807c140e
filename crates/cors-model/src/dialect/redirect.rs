//! What becomes of a redirect, and of the request that follows it.

use alloc::boxed::Box;
use alloc::collections::BTreeSet;

use super::{Dialect, EmptyLocation, History};
use crate::cors_check::cors_check;
use crate::error::{Part, Reason, Refusal, Remedy, Stage, Wanted};
use crate::header::{HeaderList, names};
use crate::location::LocationFailure;
use crate::method::Method;
use crate::request::{CredentialsMode, Request, ResponseTainting};
use crate::response::Response;
use crate::trace::{Cite, NoTrace, Staged, Trace};
use crate::url::Url;

/// Whether a dialect follows a redirect.
pub(crate) enum Follows {
    /// As the standard does.
    AsTheStandard,
    /// It counts as none: the response is what was fetched.
    Nowhere,
    /// A network error, though the standard would follow it.
    Refused(Box<Refusal>),
}

/// What a request was before it was redirected, as far as a dialect cares.
pub(crate) struct Before {
    method: Method,
    header_list: Option<HeaderList>,
}

impl Dialect {
    /// Whether a response with a redirect status redirects at all.
    pub(crate) fn is_redirect(&self, response: &Response) -> bool {
        !self.redirect_needs_location || response.header_list.contains(names::LOCATION)
    }

    /// Whether a redirect is followed.
    pub(crate) fn follows<T: Trace>(
        &self,
        request: &Request,
        response: &Response,
        location_url: &Result<Option<Url>, LocationFailure>,
        trace: &mut Staged<'_, T>,
    ) -> Follows {
        let location = response.header_list.get(names::LOCATION);
        let empty = self.empty_location != EmptyLocation::Standard
            && location.as_deref().is_some_and(<[u8]>::is_empty);
        if empty && self.empty_location == EmptyLocation::None {
            return Follows::Nowhere;
        }
        let includes_credentials = self.refuses_url_credentials
            && matches!(location_url, Ok(Some(url)) if url.includes_credentials());
        if !(empty || self.lacks_credentials(request, response, trace) || includes_credentials) {
            return Follows::AsTheStandard;
        }
        let at = Cite::new("concept-http-redirect-fetch", "5");
        let reason = Reason::EngineRefusesRedirect { engine: self.name };
        let refusal = Refusal::new(at, Stage::Redirect, reason)
            .comparing(
                Part::Header(names::LOCATION),
                location.as_deref(),
                Wanted::Described("another target"),
            )
            .remedied([Remedy::RemoveHeader {
                on: Stage::Redirect,
                name: names::LOCATION,
            }]);
        Follows::Refused(Box::new(refusal))
    }

    /// Whether a request that has left the page's own origin is redirected by a response that does
    /// not allow credentials.
    fn lacks_credentials<T: Trace>(
        &self,
        request: &Request,
        response: &Response,
        trace: &mut Staged<'_, T>,
    ) -> bool {
        let first = request.url_list().next();
        if !self.second_redirect_needs_credentials
            || request.response_tainting != ResponseTainting::Cors
            || !first.is_some_and(|first| request.origin.is_same_origin(first.origin()))
        {
            return false;
        }
        let mut with_credentials = request.clone();
        with_credentials.credentials_mode = CredentialsMode::Include;
        cors_check(&with_credentials, response, trace).is_err()
    }

    /// Looks at a request that is about to be redirected.
    pub(crate) fn before_redirect(&self, request: &Request, history: &mut History) -> Before {
        if self.preflights_after_redirect {
            history.preflighted |= self.needs_preflight(request, &mut NoTrace);
        }
        Before {
            method: request.method.clone(),
            header_list: self
                .lists_dropped_names
                .then(|| request.header_list.clone()),
        }
    }

    /// Changes the request that is redirected, and remembers what the redirect has changed.
    pub(crate) fn after_redirect(
        &self,
        request: &mut Request,
        location_url: &Url,
        before: &Before,
        history: &mut History,
    ) {
        let own = request.current_url().origin();
        if self.delete_becomes_get
            && request.method.as_bytes() == b"DELETE"
            && !own.is_same_origin(location_url.origin())
        {
            request.method = Method::GET;
        }
        history.became_get |= request.method != before.method;
        let Some(before) = &before.header_list else {
            return;
        };
        let left: BTreeSet<_> = request.header_list.iter().map(|one| &one.name).collect();
        let dropped = before.iter().filter(|one| !left.contains(&one.name));
        history.dropped.extend(dropped.cloned());
    }
}
