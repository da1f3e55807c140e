//! How a server given by URL is reached: the arguments, what they mean to the harness, and how they
//! are repeated in command lines.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use cors_harness::escape::shell_word;
use cors_harness::redact::REDACTED;
use cors_harness::target::Deadlines;
use cors_harness::target::route::{ConnectTo, Proxy, Resolve, Route};
use cors_harness::target::tls::Trust;
use cors_harness::target::url::{HttpVersion, UrlOptions};
use cors_vectors::input;

use super::values::parse_seconds;
use crate::stop::Stop;

/// How a server given by URL is reached. Names and meanings are curl's.
#[derive(Debug, Clone, Default, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub struct TransportArgs {
    /// Accept any TLS certificate
    #[arg(short = 'k', long, conflicts_with = "cmd")]
    pub insecure: bool,
    /// Accept certificates that these authorities vouch for, instead of the web's (PEM)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["cmd", "insecure"])]
    pub cacert: Option<PathBuf>,
    /// Speak HTTP/1.1 only
    #[arg(long = "http1.1", conflicts_with_all = ["cmd", "http2", "http2_prior_knowledge"])]
    pub http1: bool,
    /// Speak HTTP/2 with an https server that offers it, and HTTP/1.1 else (the default)
    #[arg(long, conflicts_with_all = ["cmd", "http2_prior_knowledge"])]
    pub http2: bool,
    /// Speak HTTP/2 without asking whether the server knows it
    #[arg(long, conflicts_with = "cmd")]
    pub http2_prior_knowledge: bool,
    /// Use these addresses for a host (`*`: any) at a port, instead of looking it up
    #[arg(long, value_name = "HOST:PORT:ADDR[,ADDR]...", conflicts_with = "cmd")]
    pub resolve: Vec<Resolve>,
    /// Connect to the second host and port instead of the first; empty ones stand for any, and for
    /// the same
    #[arg(long, value_name = "HOST1:PORT1:HOST2:PORT2", conflicts_with = "cmd")]
    pub connect_to: Vec<ConnectTo>,
    /// Go through an HTTP proxy; the environment's are not used
    #[arg(
        short = 'x',
        long,
        value_name = "[http://][USER:PASSWORD@]HOST[:PORT]",
        conflicts_with = "cmd"
    )]
    pub proxy: Option<Proxy>,
    /// How long the head of a response may take (5)
    #[arg(long, value_name = "SECONDS", value_parser = parse_seconds, conflicts_with = "cmd")]
    pub request_timeout: Option<Duration>,
    /// Let requests reach something other than this machine
    #[arg(long, conflicts_with = "cmd")]
    pub remote: bool,
}

impl TransportArgs {
    /// In the harness's terms.
    pub(crate) fn options(&self) -> Result<UrlOptions, Stop> {
        let trust = match &self.cacert {
            Some(file) => {
                let read = input::bytes(file, input::Kind::CERTIFICATES);
                Trust::Authorities(read.map_err(|mut error| {
                    error.name.insert_str(0, "--cacert ");
                    Stop::input(&error)
                })?)
            }
            None if self.insecure => Trust::Anyone,
            None => Trust::Web,
        };
        let http = match (self.http1, self.http2_prior_knowledge) {
            (true, _) => HttpVersion::Http1,
            (false, true) => HttpVersion::Http2PriorKnowledge,
            (false, false) => HttpVersion::Negotiated,
        };
        let mut deadlines = Deadlines::default();
        if let Some(timeout) = self.request_timeout {
            deadlines.head = timeout;
            deadlines.connect = deadlines.connect.max(timeout);
        }
        Ok(UrlOptions {
            deadlines,
            trust,
            remote: self.remote,
            http,
            route: Route {
                resolve: self.resolve.clone(),
                connect_to: self.connect_to.clone(),
                proxy: self.proxy.clone(),
            },
            ..UrlOptions::default()
        })
    }

    /// What must not be shown.
    pub(crate) fn secrets(&self) -> Vec<String> {
        self.proxy.as_ref().map_or_else(Vec::new, Proxy::secrets)
    }

    /// The arguments for curl to reach the server in the same way, not yet quoted.
    pub(crate) fn curl(&self) -> Vec<String> {
        let mut words = Vec::new();
        let mut flag = |given: bool, word: &str| words.extend(given.then(|| word.to_owned()));
        flag(self.insecure, "-k");
        flag(self.http1, "--http1.1");
        flag(self.http2, "--http2");
        flag(self.http2_prior_knowledge, "--http2-prior-knowledge");
        // A proxy that forwards need not know HTTP/2.
        flag(self.http2_prior_knowledge && self.proxy.is_some(), "-p");
        let mut with = |name: &str, value: String| words.extend([name.to_owned(), value]);
        if let Some(file) = &self.cacert {
            with("--cacert", file.to_string_lossy().into_owned());
        }
        for rule in &self.resolve {
            with("--resolve", rule.to_string());
        }
        for rule in &self.connect_to {
            with("--connect-to", rule.to_string());
        }
        if let Some(proxy) = &self.proxy {
            if proxy.has_credentials() {
                with("-U", REDACTED.to_owned());
            }
            with("-x", proxy.to_string());
        }
        words
    }

    /// The arguments for this program, quoted for a shell. Credentials of a proxy are left out for
    /// the reader to fill in.
    pub(crate) fn again(&self) -> Vec<String> {
        let mut words: Vec<String> = Vec::new();
        let mut more = self.curl().into_iter();
        while let Some(word) = more.next() {
            match word.as_str() {
                "-p" => {}
                // This program takes them with the proxy.
                "-U" => drop(more.next()),
                "-x" => {
                    let url = more.next().unwrap_or_default();
                    let url = match &self.proxy {
                        Some(proxy) if proxy.has_credentials() => {
                            url.replace("://", &format!("://{REDACTED}@"))
                        }
                        _ => url,
                    };
                    words.extend([word, shell_word(url.as_bytes())]);
                }
                _ => words.push(shell_word(word.as_bytes())),
            }
        }
        if let Some(timeout) = self.request_timeout {
            words.extend([
                "--request-timeout".to_owned(),
                timeout.as_secs_f64().to_string(),
            ]);
        }
        words.extend(self.remote.then(|| "--remote".to_owned()));
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arguments_are_repeated_without_credentials() {
        let args = TransportArgs {
            http2_prior_knowledge: true,
            cacert: Some("a b.pem".into()),
            resolve: vec!["a.example:80:127.0.0.1,::1".parse().unwrap()],
            connect_to: vec!["::[::1]:8080".parse().unwrap()],
            proxy: Some("http://user:secret@localhost:3128".parse().unwrap()),
            request_timeout: Some(Duration::from_millis(7500)),
            remote: true,
            ..TransportArgs::default()
        };
        let expected = [
            "--http2-prior-knowledge",
            "-p",
            "--cacert",
            "a b.pem",
            "--resolve",
            "a.example:80:127.0.0.1,::1",
            "--connect-to",
            "::[::1]:8080",
            "-U",
            "[redacted]",
            "-x",
            "http://localhost:3128",
        ];
        assert_eq!(args.curl(), expected);
        let again = args.again().join(" ");
        let expected = "--http2-prior-knowledge --cacert 'a b.pem' \
                        --resolve a.example:80:127.0.0.1,::1 --connect-to '::[::1]:8080' \
                        -x 'http://[redacted]@localhost:3128' --request-timeout 7.5 --remote";
        assert_eq!(again, expected);
        assert_eq!(args.secrets().len(), 3);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        let args = TransportArgs {
            cacert: Some("/no/such/file.pem".into()),
            ..TransportArgs::default()
        };
        let said = args.options().unwrap_err().said;
        assert!(said.contains("--cacert /no/such/file.pem"), "{said}");
    }
}
