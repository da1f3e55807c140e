//! Targets behind TLS. The certificate beside this file names 127.0.0.1, is its own authority and
//! guards nothing.

use std::sync::Arc;

use cors_harness::target::tls::Trust;
use cors_harness::target::url::UrlOptions;
use cors_harness::target::{Transport, UrlTarget};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::TlsAcceptor;

use crate::support::{Server, get, options, response};

const CERTIFICATE: &[u8] = include_bytes!("localhost.pem");
const KEY: &[u8] = include_bytes!("localhost.key.pem");

async fn secure_server() -> Server {
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(
            vec![CertificateDer::from_pem_slice(CERTIFICATE).unwrap()],
            PrivateKeyDer::from_pem_slice(KEY).unwrap(),
        )
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    Server::start(move |stream| {
        let acceptor = acceptor.clone();
        async move {
            let Ok(mut stream) = acceptor.accept(stream).await else {
                return;
            };
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let Ok(byte) = stream.read_u8().await else {
                    return;
                };
                head.push(byte);
            }
            let _ = stream.write_all(response(200, &[]).as_bytes()).await;
        }
    })
    .await
}

async fn ask(server: &Server, trust: Trust) -> Result<u16, Transport> {
    let url = cors_model::url::Url::parse(&format!("https://{}/resource", server.address)).unwrap();
    let target = UrlTarget::new(&url, &UrlOptions { trust, ..options() }).unwrap();
    target
        .exchange(&get(server))
        .await
        .map(|response| response.status)
}

#[tokio::test]
async fn trust_decides_who_is_talked_to() {
    let server = secure_server().await;
    assert_eq!(ask(&server, Trust::Anyone).await, Ok(200));
    assert_eq!(
        ask(&server, Trust::Authorities(CERTIFICATE.to_vec())).await,
        Ok(200)
    );
    let stranger = ask(&server, Trust::Web).await;
    assert!(
        matches!(&stranger, Err(Transport::Tls(said)) if said.contains("certificate")),
        "{stranger:?}"
    );
}

#[tokio::test]
async fn a_server_without_tls_is_no_tls_server() {
    let plain = Server::start(|mut stream| async move {
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        let _ = stream.read(&mut [0; 1024]).await;
    })
    .await;
    assert!(matches!(
        ask(&plain, Trust::Anyone).await,
        Err(Transport::Tls(_))
    ));
}
