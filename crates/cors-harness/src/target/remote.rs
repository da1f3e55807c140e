//! A server behind a URL as a target.

use std::ops::Deref;

use cors_model::url::Url;
use cors_net::client::{Client, ClientError, ClientOptions};
use cors_net::message::{Request, Response};
use cors_net::transport::Transport;
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;

use super::exchange::Target;

/// A server behind a URL.
#[derive(Debug)]
pub struct UrlTarget {
    url: Url,
    client: Client,
}

impl UrlTarget {
    /// A target whose resource is at `url`. Nothing is sent yet.
    pub fn new(url: &Url, options: &ClientOptions) -> Result<Self, ClientError> {
        let client = Client::new(&url.serialize(true), options)?;
        let url = Url::from_serialized(client.url().as_str());
        Ok(Self { url, client })
    }
}

impl Deref for UrlTarget {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Target for UrlTarget {
    fn url(&self) -> &Url {
        &self.url
    }

    fn is_over_network(&self) -> bool {
        true
    }

    fn first_bytes<'a>(&'a self, sent: &'a [u8]) -> LocalBoxFuture<'a, Vec<u8>> {
        self.client.first_bytes(sent).boxed_local()
    }

    fn listen(&self) -> LocalBoxFuture<'_, bool> {
        self.client.listen().boxed_local()
    }

    fn hides_bytes(&self) -> Option<&'static str> {
        self.client.hides_bytes()
    }

    fn exchange_raw<'a>(
        &'a self,
        request: &'a Request,
    ) -> LocalBoxFuture<'a, Result<Response, Transport>> {
        self.client.exchange_raw(request).boxed_local()
    }

    fn exchange<'a>(
        &'a self,
        request: &'a Request,
    ) -> LocalBoxFuture<'a, Result<Response, Transport>> {
        self.client.exchange(request).boxed_local()
    }
}
