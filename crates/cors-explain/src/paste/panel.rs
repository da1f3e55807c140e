//! The network panel of a browser's developer tools, copied as text.

use super::pasted::{Pasted, checked};
use crate::http_text::{self, ReadError, Start, error};
use crate::message::{Field, Message, RequestMessage, ResponseMessage};

/// The headings of Chromium and of Safari.
const REQUEST: [&str; 2] = ["Request Headers", "Request"];
const RESPONSE: [&str; 2] = ["Response Headers", "Response"];
const OTHERS: [&str; 7] = [
    "General",
    "Summary",
    "Query String Parameters",
    "Request Payload",
    "Request Data",
    "Form Data",
    "Early Hints Headers",
];

/// Whether a text is such a panel.
pub(super) fn is_panel(text: &str) -> bool {
    let first = text.trim_start().lines().next().unwrap_or_default();
    let has = |headings: &[&str]| {
        text.lines()
            .any(|line| headings.contains(&line.trim_ascii()))
    };
    ["General", "Summary"].contains(&first.trim_ascii()) && (has(&REQUEST) || has(&RESPONSE))
}

/// A message of the panel.
#[derive(Default)]
struct Part {
    line: usize,
    start: Option<Start>,
    fields: Vec<Field>,
}

/// Reads the panel.
pub(super) fn read(text: &str) -> Result<Pasted, ReadError> {
    let (mut request, mut response) = (Part::default(), Part::default());
    let mut summary: Vec<(&str, &str)> = Vec::new();
    let mut heading = "";
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim_matches([' ', '\t', '\r']);
        if REQUEST.contains(&line) || RESPONSE.contains(&line) || OTHERS.contains(&line) {
            heading = line;
            continue;
        }
        let part = if REQUEST.contains(&heading) {
            &mut request
        } else if RESPONSE.contains(&heading) {
            &mut response
        } else {
            if let Some((name, value)) = line.split_once(':') {
                summary.push((name, value.trim_ascii()));
            }
            continue;
        };
        if line.is_empty() || line.starts_with("Provisional headers are shown") {
            continue;
        }
        if part.line == 0 {
            part.line = number;
        }
        match http_text::start_line(line.as_bytes(), false) {
            Some(start) => part.start = Some(start),
            None => part.fields.push(http_text::field(number, line.as_bytes())?),
        }
    }
    let known = |names: &[&str]| {
        let mut summary = summary.iter();
        summary
            .find(|(name, _)| names.contains(name))
            .map(|(_, value)| *value)
    };
    let url = known(&["Request URL", "URL"]).filter(|url| url.contains("://"));
    let url = url.ok_or_else(|| error(1, "the panel names no URL: copy its first section too"))?;
    let pseudo = |part: &Part, name: &str| {
        let mut fields = part.fields.iter();
        let found = fields.find(|field| field.name == name.as_bytes())?;
        String::from_utf8(found.value.clone()).ok()
    };
    let method = match &request.start {
        Some(Start::Request { method, .. }) => String::from_utf8(method.clone()).ok(),
        Some(Start::Response { .. }) | None => None,
    };
    let method = method.or_else(|| pseudo(&request, ":method"));
    let method = method.or_else(|| known(&["Request Method", "Method"]).map(str::to_owned));
    let method = method.unwrap_or_else(|| "GET".to_owned());
    let status = match response.start {
        Some(Start::Response { status }) => Some(status),
        Some(Start::Request { .. }) | None => None,
    };
    let status = status.or_else(|| {
        let told = pseudo(&response, ":status");
        let told = told.or_else(|| known(&["Status Code", "Status"]).map(str::to_owned))?;
        told.split(' ').next()?.parse().ok()
    });
    let of_message = |mut fields: Vec<Field>| {
        fields.retain(|field| !field.name.starts_with(b":"));
        fields
    };
    checked(request.line.max(1), &method, &[])?;
    let mut messages = vec![Message::Request(RequestMessage {
        place: format!("line {}", request.line.max(1)),
        method: method.into_bytes(),
        target: url.as_bytes().to_vec(),
        fields: of_message(request.fields),
        encrypted: false,
        has_body: false,
    })];
    if let Some(status) = status.filter(|status| (200..=999).contains(status)) {
        messages.push(Message::Response(ResponseMessage {
            place: format!("line {}", response.line.max(1)),
            status,
            fields: of_message(response.fields),
        }));
    }
    Ok(Pasted {
        messages,
        credentials: None,
    })
}
