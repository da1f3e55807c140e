//! The `Headers` class, with the guards that keep script from some headers.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::{ApiError, ApiErrorName, throw};
use crate::error::Reason;
use crate::header::{Header, HeaderList, HeaderName, HeaderValue};
use crate::safelist::{
    PRIVILEGED_NO_CORS_REQUEST_HEADER_NAMES, is_forbidden_request_header,
    is_forbidden_response_header_name, is_no_cors_safelisted_request_header,
    is_no_cors_safelisted_request_header_name, is_privileged_no_cors_request_header_name,
};
use crate::trace::{Cite, ShownOr, Trace, anchor, cite, step};

/// A headers guard, what keeps script from some headers:
/// <https://fetch.spec.whatwg.org/#headers-guard>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Guard {
    /// `immutable`: nothing can be changed.
    Immutable,
    /// `request`: no forbidden request-headers.
    Request,
    /// `request-no-cors`: only what a form could send.
    RequestNoCors,
    /// `response`: no forbidden response-headers.
    Response,
    /// `none`: anything.
    None,
}

/// A `Headers` object.
///
/// See [its header list](https://fetch.spec.whatwg.org/#concept-headers-header-list) and [its guard](https://fetch.spec.whatwg.org/#concept-headers-guard).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headers {
    header_list: HeaderList,
    guard: Guard,
}

impl Headers {
    /// An object with a header list and a guard.
    pub const fn new(header_list: HeaderList, guard: Guard) -> Self {
        Self { header_list, guard }
    }

    /// The header list.
    pub const fn header_list(&self) -> &HeaderList {
        &self.header_list
    }

    /// The header list, taken out.
    pub fn into_header_list(self) -> HeaderList {
        self.header_list
    }

    pub(crate) fn set_guard(&mut self, guard: Guard) {
        self.guard = guard;
    }

    /// To validate a header, which is `None` when it is to be ignored:
    /// <https://fetch.spec.whatwg.org/#headers-validate>
    pub fn validate(
        &self,
        name: &[u8],
        value: &[u8],
        trace: &mut impl Trace,
    ) -> Result<Option<Header>, ApiError> {
        anchor!("headers-validate");
        let at = cite!("1");
        let name = read_name(name, at, trace)?;
        let value = HeaderValue::try_from(value).map_err(|_| {
            let reason = Reason::InvalidHeaderValue {
                value: value.to_vec(),
            };
            throw(ApiErrorName::TypeError, at, reason, trace)
        })?;
        step!(trace, at: "{name}: {value} is a header.");
        if self.guard == Guard::Immutable {
            let at = cite!("2");
            return Err(throw(
                ApiErrorName::TypeError,
                at,
                Reason::ImmutableHeaders,
                trace,
            ));
        }
        step!(trace, "2": "The headers can be changed.");
        if self.guard == Guard::Request && is_forbidden_request_header(&name, &value, trace) {
            step!(trace, "3": "{name} is ignored, as it is forbidden.");
            return Ok(None);
        }
        if self.guard == Guard::Response && is_forbidden_response_header_name(&name) {
            step!(trace, "4": "{name} is ignored, as it is forbidden.");
            return Ok(None);
        }
        step!(trace, "5": "{name} is not ignored.");
        Ok(Some(Header { name, value }))
    }

    /// To append a header:
    /// <https://fetch.spec.whatwg.org/#concept-headers-append>
    pub fn append(
        &mut self,
        name: &[u8],
        value: &[u8],
        trace: &mut impl Trace,
    ) -> Result<(), ApiError> {
        anchor!("concept-headers-append");
        let value = HeaderValue::normalize(value);
        step!(trace, "1": "The value is {}.", ShownOr(Some(value)));
        let validated = self.validate(name, value, trace)?;
        step!(trace, "2":
            "The header is {}.", if validated.is_some() { "taken" } else { "ignored" });
        let Some(Header { name, value }) = validated else {
            return Ok(());
        };
        if self.guard == Guard::RequestNoCors {
            let temporary_value = self.header_list.get(&name);
            step!(trace, "3.1": "{name} is {} so far.", ShownOr(temporary_value.as_deref()));
            let temporary_value = match temporary_value {
                None => {
                    step!(trace, "3.2": "It would be {value}.");
                    Cow::Borrowed(value.as_bytes())
                }
                Some(mut temporary_value) => {
                    let joined = temporary_value.to_mut();
                    joined.extend_from_slice(b", ");
                    joined.extend_from_slice(value.as_bytes());
                    step!(trace, "3.3": "It would be {}.", ShownOr(Some(joined)));
                    temporary_value
                }
            };
            let safelisted = is_no_cors_safelisted_request_header(&name, &*temporary_value, trace);
            step!(trace, "3.4": "The header is {}.", if safelisted { "taken" } else { "ignored" });
            if !safelisted {
                return Ok(());
            }
        }
        step!(trace, "4": "{name}: {value} is appended.");
        self.header_list.append(name, value);
        if self.guard == Guard::RequestNoCors {
            self.remove_privileged_no_cors_request_headers(trace);
            step!(trace, "5": "Privileged headers are removed.");
        }
        Ok(())
    }

    /// To fill the object with pairs of names and values:
    /// <https://fetch.spec.whatwg.org/#concept-headers-fill>
    pub fn fill(
        &mut self,
        pairs: &[(Vec<u8>, Vec<u8>)],
        trace: &mut impl Trace,
    ) -> Result<(), ApiError> {
        anchor!("concept-headers-fill");
        for (name, value) in pairs {
            step!("1.1": "OUT OF SCOPE: sequences of another length, which the types exclude.");
            self.append(name, value, trace)?;
            step!(trace, "1.2": "Headers so far: {}.", self.header_list.len());
        }
        step!("2": "OUT OF SCOPE: records, which are pairs too.");
        Ok(())
    }

    /// To remove privileged no-CORS request-headers:
    /// <https://fetch.spec.whatwg.org/#concept-headers-remove-privileged-no-cors-request-headers>
    fn remove_privileged_no_cors_request_headers(&mut self, trace: &mut impl Trace) {
        anchor!("concept-headers-remove-privileged-no-cors-request-headers");
        for header_name in &PRIVILEGED_NO_CORS_REQUEST_HEADER_NAMES {
            self.header_list.delete(header_name);
            step!(trace, "1.1": "{header_name} is deleted.");
        }
    }

    /// The method `delete`: <https://fetch.spec.whatwg.org/#dom-headers-delete>
    pub fn delete(&mut self, name: &[u8], trace: &mut impl Trace) -> Result<(), ApiError> {
        anchor!("dom-headers-delete");
        let validated = self.validate(name, b"", trace)?;
        step!(trace, "1": "The name is {}.", if validated.is_some() { "taken" } else { "ignored" });
        let Some(Header { name, .. }) = validated else {
            return Ok(());
        };
        let no_cors = self.guard == Guard::RequestNoCors;
        if no_cors
            && !is_no_cors_safelisted_request_header_name(&name)
            && !is_privileged_no_cors_request_header_name(&name)
        {
            step!(trace, "2": "{name} is ignored.");
            return Ok(());
        }
        if !self.header_list.contains(&name) {
            step!(trace, "3": "There is no {name}.");
            return Ok(());
        }
        self.header_list.delete(&name);
        step!(trace, "4": "{name} is deleted.");
        if no_cors {
            self.remove_privileged_no_cors_request_headers(trace);
            step!(trace, "5": "Privileged headers are removed.");
        }
        Ok(())
    }

    /// The method [`get`](https://fetch.spec.whatwg.org/#dom-headers-get): the combined value.
    pub fn get(&self, name: &[u8], trace: &mut impl Trace) -> Result<Option<Vec<u8>>, ApiError> {
        anchor!("dom-headers-get");
        let name = read_name(name, cite!(""), trace)?;
        Ok(self.header_list.get(&name).map(Cow::into_owned))
    }

    /// The method [`has`](https://fetch.spec.whatwg.org/#dom-headers-has).
    pub fn has(&self, name: &[u8], trace: &mut impl Trace) -> Result<bool, ApiError> {
        anchor!("dom-headers-has");
        let name = read_name(name, cite!(""), trace)?;
        Ok(self.header_list.contains(&name))
    }

    /// The method `set`: <https://fetch.spec.whatwg.org/#dom-headers-set>
    pub fn set(
        &mut self,
        name: &[u8],
        value: &[u8],
        trace: &mut impl Trace,
    ) -> Result<(), ApiError> {
        anchor!("dom-headers-set");
        let value = HeaderValue::normalize(value);
        step!(trace, "1": "The value is {}.", ShownOr(Some(value)));
        let validated = self.validate(name, value, trace)?;
        step!(trace, "2":
            "The header is {}.", if validated.is_some() { "taken" } else { "ignored" });
        let Some(Header { name, value }) = validated else {
            return Ok(());
        };
        let no_cors = self.guard == Guard::RequestNoCors;
        if no_cors && !is_no_cors_safelisted_request_header(&name, &value, trace) {
            step!(trace, "3": "{name} is ignored.");
            return Ok(());
        }
        step!(trace, "4": "{name} is set to {value}.");
        self.header_list.set(name, value);
        if no_cors {
            self.remove_privileged_no_cors_request_headers(trace);
            step!(trace, "5": "Privileged headers are removed.");
        }
        Ok(())
    }
}

/// A header name, or the exception that it is not one.
fn read_name(name: &[u8], at: Cite, trace: &mut impl Trace) -> Result<HeaderName, ApiError> {
    HeaderName::try_from(name).map_err(|_| {
        let reason = Reason::InvalidHeaderName {
            name: name.to_vec(),
        };
        throw(ApiErrorName::TypeError, at, reason, trace)
    })
}
