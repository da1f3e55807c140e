//! What people leave out, filled in as far as it can be: a response without its request, a preflight
//! that curl made without its headers, and words on a console in place of an exchange.

use cors_model::request::CredentialsMode;

use crate::derive::{Stated, Unclear};
use crate::gather::{Exchanged, Material};
use crate::message::{Field, RequestMessage, ResponseMessage, has};
use crate::paste::{ConsoleExchange, ERROR, REDIRECT, read_console_words};
use crate::view::Explanation;

/// The origin of a page that nobody named.
const SOME_PAGE: &str = "https://app.example";

/// Material in which nothing is missing that can be filled in.
pub(crate) struct Completed {
    pub(crate) material: Material,
    pub(crate) stated: Stated,
    /// What had to be assumed for it, as sentences.
    assumed: Vec<String>,
    console: Option<ConsoleExchange>,
}

/// Fills in what is left out.
pub(crate) fn completed(material: &Material, stated: &Stated) -> Result<Completed, Unclear> {
    let mut completed = Completed {
        material: material.clone(),
        stated: stated.clone(),
        assumed: Vec::new(),
        console: None,
    };
    completed.by_words()?;
    let known = completed
        .stated
        .credentials
        .or(completed.material.credentials);
    completed.stated.credentials = known;
    completed.without_request()?;
    completed.bare_options();
    Ok(completed)
}

impl Completed {
    fn by_words(&mut self) -> Result<(), Unclear> {
        let Some(words) = self.material.words.take() else {
            return Ok(());
        };
        if let Some(mut console) = read_console_words(&words, self.stated.origin.as_deref()) {
            self.material
                .add_text("the words", console.exchange.as_bytes())?;
            self.material.credentials = Some(console.credentials);
            self.assumed.append(&mut console.assumed);
            self.console = Some(console);
        }
        Ok(())
    }

    fn without_request(&mut self) -> Result<(), Unclear> {
        let [first, ..] = self.material.loose.as_slice() else {
            return Ok(());
        };
        if !self.material.exchanges.is_empty() {
            return Ok(());
        }
        let Some(origin) = &self.stated.origin else {
            return Err(Unclear(format!(
                "{}: there is a response and no request, so it is not known which page asks; state \
                 its origin, such as --origin https://app.example, or give the request too",
                first.place
            )));
        };
        self.assumed.push(
            "the request is not given; a GET of https://api.example/ without headers of script's \
             own stands for it"
                .to_owned(),
        );
        if first.answers_preflight() {
            self.material.notes.push(
                "Only the answer to a preflight has Access-Control-Allow-Methods, -Allow-Headers or \
                 -Max-Age. Whether it allows a request depends on the method and the headers of that \
                 request: give the preflight too."
                    .to_owned(),
            );
        }
        let request = RequestMessage {
            place: "the request".to_owned(),
            method: b"GET".to_vec(),
            target: b"https://api.example/".to_vec(),
            fields: vec![field("Origin", origin)],
            encrypted: true,
            has_body: false,
        };
        self.material.exchanges.push(Exchanged {
            request,
            response: None,
            error: None,
        });
        Ok(())
    }

    /// An OPTIONS request that lacks what makes it a preflight, and was meant as one.
    fn bare_options(&mut self) {
        let stated = self.stated.origin.clone();
        for exchange in &mut self.material.exchanges {
            let request = &mut exchange.request;
            let answers = exchange
                .response
                .as_ref()
                .is_some_and(ResponseMessage::answers_preflight);
            let has_origin = has(&request.fields, "Origin");
            // Whoever asks is refused by that status alone.
            let failed = exchange.response.as_ref();
            let failed = failed.is_some_and(|response| !(200..=299).contains(&response.status));
            let is_made_up = !has_origin && stated.is_none() && failed;
            if request.method != b"OPTIONS"
                || has(&request.fields, "Access-Control-Request-Method")
                || !answers
                || !(has_origin || stated.is_some() || is_made_up)
            {
                continue;
            }
            if is_made_up {
                request.fields.push(field("Origin", SOME_PAGE));
                self.assumed.push(format!(
                    "{SOME_PAGE} stands for the page: the request was sent without Origin, which curl \
                     leaves out and a browser does not, and the status refuses every page (state it \
                     with --origin)"
                ));
            }
            if let Some(origin) = stated.as_ref().filter(|_| !has_origin) {
                request.fields.push(field("Origin", origin));
            }
            request
                .fields
                .push(field("Access-Control-Request-Method", "GET"));
            self.material.bare_options = true;
            // Nothing of what curl sent speaks for credentials.
            let credentials = &mut self.stated.credentials;
            credentials.get_or_insert(CredentialsMode::SameOrigin);
            self.assumed.push(
                "this OPTIONS request is taken for a preflight: it was sent without \
                 Access-Control-Request-Method and Access-Control-Request-Headers, which a browser \
                 sends and which a server may go by; a GET without headers of script's own stands \
                 for the request"
                    .to_owned(),
            );
        }
    }

    /// Takes out of an explanation what was made up, and says so.
    pub(crate) fn finish(self, explanation: &mut Explanation) {
        explanation.page.assumed.splice(0..0, self.assumed);
        let Some(console) = self.console else { return };
        explanation.exchanges.clear();
        explanation.steps.clear();
        explanation.console.clear();
        explanation
            .page
            .assumed
            .retain(|assumed| !assumed.contains("--credentials include"));
        if console.status.is_none() {
            for (made_up, words) in [(ERROR, "an error status"), (REDIRECT, "a redirect")] {
                let made_up = format!("the status {made_up}");
                explanation.said = explanation.said.replace(&made_up, words);
            }
        }
        explanation.notes.push(
            "This goes by the words on the console alone. What else the responses hold is not known: \
             give the exchange as `curl -v` shows it, or a HAR file, to be sure."
                .to_owned(),
        );
    }
}

fn field(name: &str, value: &str) -> Field {
    Field {
        name: name.as_bytes().to_vec(),
        value: value.as_bytes().to_vec(),
    }
}
