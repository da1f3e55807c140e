//! TLS towards a target: the usual roots, one's own, or no questions asked.

use std::io;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};

/// Whom a target's certificate must satisfy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Trust {
    /// The web's certificate authorities.
    #[default]
    Web,
    /// The certificate authorities of a PEM file, given as its bytes.
    Authorities(Vec<u8>),
    /// Nobody: every certificate will do, as with curl's `-k`.
    Anyone,
}

/// A [`Trust`] that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The PEM file cannot be read as certificates.
    #[error(
        "the certificate authorities cannot be read: {0}; expected PEM with CERTIFICATE blocks"
    )]
    Pem(String),
    /// The PEM file holds no certificate.
    #[error(
        "the file of certificate authorities holds no certificate; expected PEM with CERTIFICATE blocks"
    )]
    Empty,
    /// The TLS library refuses the configuration.
    #[error("TLS cannot be set up: {0}")]
    Config(#[from] rustls::Error),
}

/// The configuration of the TLS library for a client that offers these protocols, such as `h2`.
pub fn client_config(trust: &Trust, protocols: &[&[u8]]) -> Result<Arc<ClientConfig>, TrustError> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?;
    let mut config = match trust {
        Trust::Web => {
            let roots = RootCertStore {
                roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
            };
            builder.with_root_certificates(roots).with_no_client_auth()
        }
        Trust::Authorities(pem) => {
            let mut roots = RootCertStore::empty();
            let mut listed = Vec::new();
            for certificate in CertificateDer::pem_slice_iter(pem) {
                let certificate =
                    certificate.map_err(|error| TrustError::Pem(error.to_string()))?;
                roots.add(certificate.clone())?;
                listed.push(certificate);
            }
            if roots.is_empty() {
                return Err(TrustError::Empty);
            }
            let usual =
                WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider));
            let usual = usual
                .build()
                .map_err(|error| TrustError::Pem(error.to_string()))?;
            builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(Verifier {
                    provider,
                    authorities: Some(Authorities { usual, listed }),
                }))
                .with_no_client_auth()
        }
        Trust::Anyone => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Verifier {
                provider,
                authorities: None,
            }))
            .with_no_client_auth(),
    };
    config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
    Ok(Arc::new(config))
}

/// Checks that the server holds the key of its certificate, and the certificate where authorities
/// are given.
#[derive(Debug)]
struct Verifier {
    provider: Arc<CryptoProvider>,
    /// Without them every certificate is accepted.
    authorities: Option<Authorities>,
}

/// Authorities, and certificates of their list: one that is an authority itself is accepted from a
/// server, too. `openssl req -x509` makes such, and curl takes them.
#[derive(Debug)]
struct Authorities {
    usual: Arc<WebPkiServerVerifier>,
    listed: Vec<CertificateDer<'static>>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(Authorities { usual, listed }) = &self.authorities else {
            return Ok(ServerCertVerified::assertion());
        };
        let verified =
            usual.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        match verified {
            // That it is an authority is found after its times were looked at, and before its name.
            Err(error) if is_authority(&error) && listed.contains(end_entity) => {
                let certificate = ParsedCertificate::try_from(end_entity)?;
                verify_server_name(&certificate, server_name)?;
                Ok(ServerCertVerified::assertion())
            }
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = &self.provider.signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}

/// What failed in a handshake, in words where the TLS library has names of its own only.
pub(super) fn words(error: &io::Error) -> String {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
    match inner {
        Some(error) if is_authority(error) => {
            "the certificate is signed by itself, as an authority's is".to_owned()
        }
        Some(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {
            "no authority that is trusted has signed the certificate".to_owned()
        }
        Some(_) | None => error.to_string(),
    }
}

/// Whether a certificate was refused for being an authority's, which the TLS library has no word
/// of its own for.
fn is_authority(error: &rustls::Error) -> bool {
    matches!(
        error,
        rustls::Error::InvalidCertificate(CertificateError::Other(other))
            if format!("{other:?}").contains("CaUsedAsEndEntity")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_certificate_is_told_from_other_trouble() {
        let refused = rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer);
        let refused = words(&io::Error::new(io::ErrorKind::InvalidData, refused));
        assert!(
            refused.contains("no authority that is trusted"),
            "{refused}"
        );
        let closed = words(&io::Error::new(io::ErrorKind::UnexpectedEof, "closed"));
        assert_eq!(closed, "closed");
    }

    #[test]
    fn bad_authorities_are_said_to_be_bad() {
        let empty = client_config(&Trust::Authorities(b"hello".to_vec()), &[]).unwrap_err();
        assert!(
            empty.to_string().contains("holds no certificate"),
            "{empty}"
        );
        let broken = b"-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n".to_vec();
        let broken = client_config(&Trust::Authorities(broken), &[]).unwrap_err();
        assert!(broken.to_string().contains("expected PEM"), "{broken}");
    }

    #[test]
    fn the_other_trusts_can_be_used() {
        for trust in [Trust::Web, Trust::Anyone] {
            let config = client_config(&trust, &[b"h2", b"http/1.1"]).unwrap();
            assert_eq!(config.alpn_protocols, [&b"h2"[..], b"http/1.1"]);
        }
    }
}
