//! What a run asks of a server under test.

use cors_model::url::Url;
use cors_net::message::{Request, Response};
use cors_net::transport::Transport;
use futures_util::future::LocalBoxFuture;

/// A server under test.
///
/// Nothing is `Send`: a run lives on one thread.
pub trait Target {
    /// The absolute URL of its resource. Other endpoints are resolved against it.
    fn url(&self) -> &Url;

    /// Whether others, such as curl, can reach it at its URL.
    fn has_address(&self) -> bool {
        true
    }

    /// Whether it is reached over the network, where something may stand in front of it: a login, a
    /// limit of requests, a guard of its name.
    fn is_over_network(&self) -> bool {
        false
    }

    /// Sends bytes as they are, below HTTP and TLS, and returns the first that come back: nothing
    /// where nothing comes, or there is no network.
    fn first_bytes<'a>(&'a self, _sent: &'a [u8]) -> LocalBoxFuture<'a, Vec<u8>> {
        Box::pin(std::future::ready(Vec::new()))
    }

    /// Listens where nothing is asked, and says whether something comes: such a target gets a connection
    /// for each exchange from then on.
    fn listen(&self) -> LocalBoxFuture<'_, bool> {
        Box::pin(std::future::ready(false))
    }

    /// Why the bytes of an exchange cannot be looked at; `None` where [`Target::exchange_raw`] can.
    fn hides_bytes(&self) -> Option<&'static str> {
        Some("the target is in this process: no bytes pass that could be looked at")
    }

    /// Makes one exchange below any HTTP library, over HTTP/1.1 on a connection of its own. The
    /// answer holds the bytes it came in.
    fn exchange_raw<'a>(
        &'a self,
        _request: &'a Request,
    ) -> LocalBoxFuture<'a, Result<Response, Transport>> {
        let said = self.hides_bytes().unwrap_or("its bytes cannot be sent");
        Box::pin(std::future::ready(Err(Transport::Unsendable(
            said.to_owned(),
        ))))
    }

    /// Makes one exchange. No redirect is followed and nothing is cached.
    ///
    /// Only a complete response, or one whose body was cut at [`Limits::body`](cors_net::transport::Limits::body), is an answer;
    /// everything else is a [`Transport`].
    fn exchange<'a>(
        &'a self,
        request: &'a Request,
    ) -> LocalBoxFuture<'a, Result<Response, Transport>>;
}
