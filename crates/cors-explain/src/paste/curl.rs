//! A `curl` command, as people type it and browsers copy it.

use super::pasted::{Pasted, checked};
use super::shell;
use crate::http_text::{ReadError, error};
use crate::message::{Field, Message, RequestMessage};

/// Short options that take an argument.
const WITH_ARGUMENT: &str = "ACDEFHKPQTUXYbcdehmortuvwxyz";
/// Those of them that curl has without one.
const WITHOUT: &str = "Pvzy";
/// Long options that take an argument, beyond those that are understood.
const LONG: [&str; 22] = [
    "--cacert",
    "--cert",
    "--connect-timeout",
    "--connect-to",
    "--cookie-jar",
    "--ciphers",
    "--dump-header",
    "--interface",
    "--key",
    "--limit-rate",
    "--max-time",
    "--noproxy",
    "--output",
    "--proxy",
    "--proxy-user",
    "--range",
    "--resolve",
    "--retry",
    "--stderr",
    "--user",
    "--write-out",
    "--max-redirs",
];

/// The command at the beginning of a text, behind a prompt if there is one.
pub(super) fn command(text: &str) -> Option<&str> {
    let text = text.trim_start();
    let line = text.lines().next()?;
    let at = line.find("curl")?;
    let (before, behind) = (line.get(..at)?.trim_end(), line.get(at + 4..)?);
    let is_prompt = before.is_empty() || before.ends_with(['$', '#', '>', '%']);
    let is_word = behind.starts_with(' ') || behind.starts_with(".exe ");
    (is_prompt && is_word).then(|| text.get(at..)).flatten()
}

/// Reads the command, and what curl showed behind it.
pub(super) fn read(text: &str) -> Result<Pasted, ReadError> {
    let (words, rest) = shell::words(text);
    let mut request = Asked::default();
    let mut words = words.into_iter().skip(1);
    while let Some(word) = words.next() {
        if let Some(long) = word.strip_prefix("--") {
            let (name, value) = match long.split_once('=') {
                Some((name, value)) => (format!("--{name}"), Some(value.to_owned())),
                None => (word.clone(), None),
            };
            if Asked::takes(&name) || LONG.contains(&name.as_str()) {
                let value = value.or_else(|| words.next()).unwrap_or_default();
                request.take(&name, value);
            } else {
                request.flag(&name);
            }
        } else if let Some(short) = word.strip_prefix('-').filter(|short| !short.is_empty()) {
            let mut letters = short.chars();
            while let Some(letter) = letters.next() {
                if WITH_ARGUMENT.contains(letter) && !WITHOUT.contains(letter) {
                    let glued = letters.as_str().to_owned();
                    let value = if glued.is_empty() {
                        words.next()
                    } else {
                        Some(glued)
                    };
                    request.take(&format!("-{letter}"), value.unwrap_or_default());
                    break;
                }
                request.flag(&format!("-{letter}"));
            }
        } else {
            request.url.get_or_insert(word);
        }
    }
    let mut messages = vec![Message::Request(request.message()?)];
    if !rest.trim().is_empty() {
        messages.extend(crate::http_text::read(rest.as_bytes())?);
    }
    Ok(Pasted {
        messages,
        credentials: None,
    })
}

/// What a command asks for.
#[derive(Default)]
struct Asked {
    url: Option<String>,
    method: Option<String>,
    fields: Vec<Field>,
    has_body: bool,
    is_head: bool,
    is_get: bool,
}

impl Asked {
    /// Whether a long option takes an argument and is understood.
    fn takes(name: &str) -> bool {
        name.starts_with("--data")
            || name.starts_with("--form")
            || [
                "--request",
                "--header",
                "--url",
                "--cookie",
                "--referer",
                "--user-agent",
                "--json",
                "--upload-file",
            ]
            .contains(&name)
    }

    fn take(&mut self, name: &str, value: String) {
        match name {
            "-X" | "--request" => self.method = Some(value),
            "-H" | "--header" => {
                if let Some((name, value)) = value.split_once(':') {
                    self.field(name, value.trim_matches([' ', '\t']));
                }
            }
            "--url" => self.url = Some(value),
            "-b" | "--cookie" => self.field("Cookie", &value),
            "-e" | "--referer" => self.field("Referer", &value),
            "-A" | "--user-agent" => self.field("User-Agent", &value),
            "--json" => {
                self.has_body = true;
                self.field("Content-Type", "application/json");
            }
            "-d" | "-F" | "-T" | "--upload-file" => self.has_body = true,
            _ if name.starts_with("--data") || name.starts_with("--form") => self.has_body = true,
            _ => {}
        }
    }

    fn flag(&mut self, name: &str) {
        self.is_head |= matches!(name, "-I" | "--head");
        self.is_get |= matches!(name, "-G" | "--get");
    }

    fn field(&mut self, name: &str, value: &str) {
        self.fields.push(Field {
            name: name.trim_matches(' ').as_bytes().to_vec(),
            value: value.as_bytes().to_vec(),
        });
    }

    fn message(self) -> Result<RequestMessage, ReadError> {
        let url = self
            .url
            .ok_or_else(|| error(1, "the curl command names no URL"))?;
        let has_body = self.has_body && !self.is_get;
        let method = match self.method {
            Some(method) => method,
            None if self.is_head => "HEAD".to_owned(),
            None if has_body => "POST".to_owned(),
            None => "GET".to_owned(),
        };
        // curl takes http for a URL without a scheme.
        let target = if url.contains("://") {
            url
        } else {
            format!("http://{url}")
        };
        checked(1, &method, &self.fields)?;
        Ok(RequestMessage {
            place: "line 1".to_owned(),
            method: method.into_bytes(),
            target: target.into_bytes(),
            fields: self.fields,
            encrypted: false,
            has_body,
        })
    }
}
