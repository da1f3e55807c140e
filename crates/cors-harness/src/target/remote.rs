//! A server behind a URL as a target.

use cors_net::client::Client;
use cors_net::message::{Request, Response};
use cors_net::transport::Transport;
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;
use url::Url;

use super::exchange::Target;

impl Target for Client {
    fn url(&self) -> &Url {
        self.url()
    }

    fn hides_bytes(&self) -> Option<&'static str> {
        self.hides_bytes()
    }

    fn exchange_raw<'a>(
        &'a self,
        request: &'a Request,
    ) -> LocalBoxFuture<'a, Result<Response, Transport>> {
        self.exchange_raw(request).boxed_local()
    }

    fn exchange<'a>(
        &'a self,
        request: &'a Request,
    ) -> LocalBoxFuture<'a, Result<Response, Transport>> {
        self.exchange(request).boxed_local()
    }
}
