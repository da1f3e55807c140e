//! Limits of requests, as servers and what stands in front of them tell of them.

use crate::wire::Response;

/// Whether an answer says that there were too many requests (RFC 6585, 4; RFC 9110, 10.2.3).
pub(crate) fn is_limit(answer: &Response) -> bool {
    answer.status == 429 || (answer.status == 503 && answer.has("Retry-After"))
}
