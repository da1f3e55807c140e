//! Requests and responses as somebody wrote them down.

/// A request or a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// A request.
    Request(RequestMessage),
    /// A response that is final: interim ones are left out.
    Response(ResponseMessage),
}

/// A request as it was written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestMessage {
    /// Where it begins, such as `line 3` or `log.entries[2].request`.
    pub place: String,
    /// The method, a token.
    pub method: Vec<u8>,
    /// The request target: a path, or an absolute URL.
    pub target: Vec<u8>,
    /// The header lines, in order.
    pub fields: Vec<Field>,
    /// Whether the text says that the connection was encrypted.
    pub encrypted: bool,
    /// Whether a body follows.
    pub has_body: bool,
}

/// A response as it was written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResponseMessage {
    /// Where it begins, such as `line 3` or `log.entries[2].response`.
    pub place: String,
    /// The status, 200 to 999.
    pub status: u16,
    /// The header lines, in order.
    pub fields: Vec<Field>,
}

/// A header line. The name is a header name, the value a header value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// The name, in its own letter case.
    pub name: Vec<u8>,
    /// The value, without white space around it.
    pub value: Vec<u8>,
}

/// The values of the lines with a name, in order.
pub(crate) fn values<'a>(fields: &'a [Field], name: &'a str) -> impl Iterator<Item = &'a [u8]> {
    let named = move |field: &&Field| field.name.eq_ignore_ascii_case(name.as_bytes());
    fields
        .iter()
        .filter(named)
        .map(|field| field.value.as_slice())
}

/// Whether there is a line with a name.
pub(crate) fn has(fields: &[Field], name: &str) -> bool {
    values(fields, name).next().is_some()
}

impl RequestMessage {
    /// Whether this is a CORS-preflight request: <https://fetch.spec.whatwg.org/#cors-preflight-request>
    pub fn is_preflight(&self) -> bool {
        self.method == b"OPTIONS"
            && has(&self.fields, "Origin")
            && has(&self.fields, "Access-Control-Request-Method")
    }
}

impl ResponseMessage {
    /// Whether only the answer to a preflight has such headers.
    pub(crate) fn answers_preflight(&self) -> bool {
        let only_there = [
            "Access-Control-Allow-Methods",
            "Access-Control-Allow-Headers",
            "Access-Control-Max-Age",
        ];
        only_there.iter().any(|name| has(&self.fields, name))
    }
}

/// Whether bytes are a token of HTTP, as methods and header names are.
pub(crate) fn is_token(bytes: &[u8]) -> bool {
    let in_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    !bytes.is_empty() && bytes.iter().all(in_token)
}
