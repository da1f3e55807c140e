//! From files to exchanges: which request, which answers.

use cors_model::request::CredentialsMode;

use crate::derive::Unclear;
use crate::message::{Message, RequestMessage, ResponseMessage};
use crate::paste::{self, Pasted};

/// Requests and responses that somebody wrote down, to be explained together.
#[derive(Debug, Clone, Default)]
pub struct Material {
    /// Requests with their answers, where a file has both, in order.
    pub(crate) exchanges: Vec<Exchanged>,
    /// Answers in files of their own, in order.
    pub(crate) loose: Vec<ResponseMessage>,
    /// Whether a browser has written it down.
    pub(crate) recorded: bool,
    /// Whether the response came from the browser's cache.
    pub(crate) cached: bool,
    /// What was chosen and left out.
    pub(crate) notes: Vec<String>,
    /// How the page asks, where a text says it.
    pub(crate) credentials: Option<CredentialsMode>,
    /// Words of a console, in place of exchanges.
    pub(crate) words: Option<String>,
    /// Whether a preflight was sent without what makes it one.
    pub(crate) bare_options: bool,
}

fn read(name: &str, text: &[u8]) -> Result<Pasted, Unclear> {
    paste::read(text).map_err(|error| {
        let words = std::str::from_utf8(text).ok();
        match words.and_then(paste::other_console_words) {
            Some(why) => Unclear(format!("{name}: {why}")),
            None => Unclear(format!("{name}: {error}")),
        }
    })
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
    /// Adds a text with requests and responses, or what people paste in place of them; `name` is what
    /// messages call it.
    ///
    /// # Errors
    ///
    /// It cannot be read.
    pub fn add_text(&mut self, name: &str, text: &[u8]) -> Result<(), Unclear> {
        match std::str::from_utf8(text) {
            Ok(words) if paste::read_console_words(words, None).is_some() => {
                self.words = Some(words.to_owned());
                return Ok(());
            }
            Ok(_) | Err(_) => {}
        }
        let pasted = read(name, text)?;
        self.credentials = self.credentials.or(pasted.credentials);
        self.add(name, pasted.messages);
        Ok(())
    }

    /// Adds a text with responses; requests in it are left out.
    ///
    /// # Errors
    ///
    /// It cannot be read, or has no response.
    pub fn add_responses(&mut self, name: &str, text: &[u8]) -> Result<(), Unclear> {
        let mut messages = read(name, text)?.messages;
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

    /// Whether the browser shows no answer to a request.
    pub(crate) fn has_failed(&self) -> bool {
        self.exchanges
            .iter()
            .any(|exchange| exchange.response.is_none())
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
