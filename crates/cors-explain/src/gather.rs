//! From files to exchanges: which request, which answers.

use crate::derive::Unclear;
use crate::har::Entry;
use crate::http_text;
use crate::message::{Message, RequestMessage, ResponseMessage, has, values};

/// Requests and responses that somebody wrote down, to be explained together.
#[derive(Debug, Clone, Default)]
pub struct Material {
    /// Requests with their answers, where a file has both, in order.
    pub(crate) exchanges: Vec<Exchanged>,
    /// Answers in files of their own, in order.
    pub(crate) loose: Vec<ResponseMessage>,
    /// Whether a browser has written it down.
    pub(crate) recorded: bool,
    /// What was chosen and left out.
    pub(crate) notes: Vec<String>,
}

fn read(name: &str, text: &[u8]) -> Result<Vec<Message>, Unclear> {
    http_text::read(text).map_err(|error| Unclear(format!("{name}: {error}")))
}

/// A request and its answer.
#[derive(Debug, Clone)]
pub(crate) struct Exchanged {
    pub(crate) request: RequestMessage,
    pub(crate) response: Option<ResponseMessage>,
    /// The browser's word for what went wrong.
    pub(crate) error: Option<String>,
}

impl Material {
    /// Adds a text with requests and responses; `name` is what messages call it.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn add_text(&mut self, name: &str, text: &[u8]) -> Result<(), Unclear> {
        self.add(name, read(name, text)?);
        Ok(())
    }

    /// Adds a text with a request, and responses if there are any.
    ///
    /// # Errors
    ///
    /// It cannot be read, or has no request.
    pub fn add_requests(&mut self, name: &str, text: &[u8]) -> Result<(), Unclear> {
        let messages = read(name, text)?;
        let is_request = |message: &Message| matches!(message, Message::Request(_));
        if !messages.iter().any(is_request) {
            return Err(Unclear(format!(
                "{name}: there is no request; expected a line such as `GET https://api.example/x` \
                 (or give the file with --response)"
            )));
        }
        self.add(name, messages);
        Ok(())
    }

    /// Adds a text with responses; requests in it are left out.
    ///
    /// # Errors
    ///
    /// It cannot be read, or has no response.
    pub fn add_responses(&mut self, name: &str, text: &[u8]) -> Result<(), Unclear> {
        let mut messages = read(name, text)?;
        messages.retain(|message| matches!(message, Message::Response(_)));
        if messages.is_empty() {
            return Err(Unclear(format!(
                "{name}: there is no response; expected a line such as `HTTP/1.1 200 OK` (or give \
                 the file with --request)"
            )));
        }
        self.add(name, messages);
        Ok(())
    }

    /// Adds the messages of a file. A response answers the request before it in the same file.
    fn add(&mut self, file: &str, messages: Vec<Message>) {
        let first = self.exchanges.len();
        for message in messages {
            match message {
                Message::Request(mut request) => {
                    request.place = format!("{file}, {}", request.place);
                    self.exchanges.push(Exchanged {
                        request,
                        response: None,
                        error: None,
                    });
                }
                Message::Response(mut response) => {
                    response.place = format!("{file}, {}", response.place);
                    match self
                        .exchanges
                        .get_mut(first..)
                        .and_then(<[Exchanged]>::last_mut)
                    {
                        Some(exchange) if exchange.response.is_none() => {
                            exchange.response = Some(response);
                        }
                        _ => self.loose.push(response),
                    }
                }
            }
        }
    }

    /// The preflight and the request itself, and what comes after them.
    pub(crate) fn chosen(&self) -> Chosen<'_> {
        let is_preflight = |given: &Exchanged| given.request.is_preflight();
        let actual = self.exchanges.iter().position(|given| !is_preflight(given));
        let before = self.exchanges.get(..actual.unwrap_or(self.exchanges.len()));
        let preflight = before
            .and_then(|before| before.iter().rposition(is_preflight))
            // Browsers note a request down before the preflight that they send for it.
            .or_else(|| self.exchanges.iter().position(is_preflight));
        let taken = |index: usize| Some(index) == actual || Some(index) == preflight;
        let rest = self.exchanges.iter().enumerate();
        Chosen {
            preflight: preflight.and_then(|index| self.exchanges.get(index)),
            actual: actual.and_then(|index| self.exchanges.get(index)),
            rest: rest
                .filter(|(index, _)| !taken(*index) && Some(*index) > actual)
                .map(|(_, given)| given)
                .collect(),
        }
    }
}

/// The exchanges by what they are for.
pub(crate) struct Chosen<'a> {
    pub(crate) preflight: Option<&'a Exchanged>,
    pub(crate) actual: Option<&'a Exchanged>,
    /// What follows, after a redirect.
    pub(crate) rest: Vec<&'a Exchanged>,
}

/// The exchanges of a HAR file that go to another origin, each with its preflight, or the one with
/// the entry that is asked for; and the index of its entry.
pub(crate) fn from_har(
    file: &str,
    entries: Vec<Entry>,
    wanted: Option<usize>,
) -> Result<Vec<(usize, Material)>, String> {
    let entries: Vec<Exchanged> = entries
        .into_iter()
        .map(
            |Entry {
                 mut request,
                 mut response,
                 error,
             }| {
                request.place = format!("{file}, {}", request.place);
                if let Some(response) = &mut response {
                    response.place = format!("{file}, {}", response.place);
                }
                Exchanged {
                    request,
                    response,
                    error,
                }
            },
        )
        .collect();
    let mut groups: Vec<(usize, Vec<usize>)> = Vec::new();
    let is_preflight = |index: &usize| {
        let given = entries.get(*index);
        given.is_some_and(|given| given.request.is_preflight())
    };
    // Those that belong to no request so far.
    let mut preflights: Vec<usize> = (0..entries.len()).filter(is_preflight).collect();
    for (index, given) in entries.iter().enumerate() {
        if given.request.is_preflight() {
            continue;
        }
        let mine = |other: &usize| {
            let preflight = entries.get(*other);
            preflight.is_some_and(|other| is_preflight_for(&other.request, &given.request))
        };
        let near = preflights.iter().copied().filter(mine);
        let preflight = near.min_by_key(|other| other.abs_diff(index));
        if preflight.is_none() && !crosses(&given.request) {
            continue;
        }
        preflights.retain(|other| Some(*other) != preflight);
        let mut members: Vec<usize> = preflight.into_iter().chain([index]).collect();
        members.extend(hops(&entries, index));
        groups.push((index, members));
    }
    groups.extend(preflights.into_iter().map(|index| (index, vec![index])));
    groups.sort();
    if let Some(wanted) = wanted {
        if wanted >= entries.len() {
            return Err(format!(
                "{file}: there is no entry {wanted}; there are {}, counted from 0",
                entries.len()
            ));
        }
        groups.retain(|(_, members)| members.contains(&wanted));
        if groups.is_empty() {
            groups.push((wanted, vec![wanted]));
        }
        groups.truncate(1);
    }
    if groups.is_empty() {
        return Err(format!(
            "{file}: none of the {} entries goes to another origin than its page's (by the Origin \
             header); name one with --entry N, counted from 0",
            entries.len()
        ));
    }
    let material = |(index, members): (usize, Vec<usize>)| {
        let exchanges = members
            .iter()
            .filter_map(|member| entries.get(*member).cloned());
        let material = Material {
            exchanges: exchanges.collect(),
            recorded: true,
            ..Material::default()
        };
        (index, material)
    };
    Ok(groups.into_iter().map(material).collect())
}

fn is_preflight_for(preflight: &RequestMessage, request: &RequestMessage) -> bool {
    preflight.is_preflight()
        && preflight.target == request.target
        && values(&preflight.fields, "Access-Control-Request-Method").next()
            == Some(request.method.as_slice())
}

/// Whether a request goes to another origin than that of its page.
fn crosses(request: &RequestMessage) -> bool {
    let url = std::str::from_utf8(&request.target).ok();
    let url = url.and_then(|url| url::Url::parse(url).ok());
    let Some(url) = url.filter(|url| matches!(url.scheme(), "http" | "https")) else {
        return false;
    };
    let own = url.origin().ascii_serialization();
    values(&request.fields, "Origin").any(|origin| origin != own.as_bytes())
}

/// The entries that a redirect leads to, at most twenty.
fn hops(entries: &[Exchanged], from: usize) -> Vec<usize> {
    let mut hops = Vec::new();
    let mut at = from;
    while hops.len() < 20 {
        let Some(given) = entries.get(at) else { break };
        let location = given.response.as_ref().filter(|response| {
            (300..=399).contains(&response.status) && has(&response.fields, "Location")
        });
        let location = location.and_then(|response| values(&response.fields, "Location").next());
        let base = std::str::from_utf8(&given.request.target).ok();
        let base = base.and_then(|base| url::Url::parse(base).ok());
        let target = location
            .and_then(|location| std::str::from_utf8(location).ok())
            .and_then(|location| base?.join(location).ok());
        let Some(target) = target else { break };
        let next = entries.iter().enumerate().skip(at + 1).find(|(_, next)| {
            next.request.target == target.as_str().as_bytes() && !next.request.is_preflight()
        });
        let Some((next, _)) = next else { break };
        hops.push(next);
        at = next;
    }
    hops
}
