//! What servers with TLS show and do once they are asked.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

use super::http1::good;
use super::server::Do::{Close, Hang, Send, Wait};
use super::server::{Asked, Do, Kind, Over};

/// What a server shows, and what the client trusts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Certificate {
    /// What `openssl req -x509` makes; it is trusted.
    Authority,
    /// One that vouches for nobody; it is trusted.
    Leaf,
    /// Of another name; it is trusted.
    OtherName,
    /// Of a time that is over; it is trusted.
    Expired,
    /// Trusted by nobody.
    Stranger,
    /// Of another name and a time that is over; whatever is shown is trusted.
    Accepted,
    /// Half a megabyte of certificates; whatever is shown is trusted.
    Long,
    /// What chooses HTTP/2; whatever is shown is trusted.
    Http2,
}

/// What a server with TLS needs, and the certificate alone.
pub(super) struct Identity {
    pub(super) config: ServerConfig,
    pub(super) pem: String,
}

impl Certificate {
    /// Whether the client has been told to trust this very certificate.
    pub(super) const fn is_trusted(self) -> bool {
        matches!(
            self,
            Self::Authority | Self::Leaf | Self::OtherName | Self::Expired
        )
    }

    /// Whether the client trusts whatever it is shown.
    pub(super) const fn is_accepted(self) -> bool {
        matches!(self, Self::Accepted | Self::Long | Self::Http2)
    }

    pub(super) fn identity(self) -> Identity {
        let name = if matches!(self, Self::OtherName | Self::Accepted) {
            "other.example"
        } else {
            "127.0.0.1"
        };
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.is_ca = if self == Self::Leaf {
            IsCa::ExplicitNoCa
        } else {
            IsCa::Ca(BasicConstraints::Unconstrained)
        };
        if matches!(self, Self::Expired | Self::Accepted) {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 1, 1);
        }
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let times = if self == Self::Long { 1200 } else { 1 };
        let chain = vec![CertificateDer::from(certificate.der().to_vec()); times];
        let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, PrivatePkcs8KeyDer::from(key.serialize_der()).into())
            .unwrap();
        let speaks: &[u8] = if self == Self::Http2 {
            b"h2"
        } else {
            b"http/1.1"
        };
        config.alpn_protocols = vec![speaks.to_vec()];
        Identity {
            config,
            pem: certificate.pem(),
        }
    }
}

const fn kind(
    name: &'static str,
    certificate: Certificate,
    ends: i32,
    script: fn(&Asked) -> Vec<Do>,
) -> Kind {
    Kind::new(Over::Https(certificate), name, ends, script)
}

fn well(asked: &Asked) -> Vec<Do> {
    vec![Send(good(asked, ""))]
}

/// A certificate with a key of 1024 bits, for 127.0.0.1.
const SHORT_KEY: &str = "MIICBzCCAXCgAwIBAgIURGbxKgVAo+nKkJXnyNycvamgHw4wDQYJKoZIhvcNAQELBQAwDDEKMAgGA1UEAwwBYTAg\
    Fw0yNjExMzAyMjQxMTNaGA8yMTI2MTEwNjIyNDExM1owDDEKMAgGA1UEAwwBYTCBnzANBgkqhkiG9w0BAQEFAAOB\
    jQAwgYkCgYEAxDgdX6wgdPJLV+jXwxGawrUpflZXLp4F0JQnTyOALIrC0zIuXi8b+gvw9mFnPeojEUu7T/1UyJdv\
    VSIFz8i8flJXaZXQd26hx2wB1hzWJIOBLQqZWaGLyYLn95zyoU+MR0Fmnyx3jIGA78p+imiCoigSV6WvFBFwTFYB\
    RJPUV3MCAwEAAaNkMGIwHQYDVR0OBBYEFLGJa4poJb7FMiYj+mfL7MnuJSabMB8GA1UdIwQYMBaAFLGJa4poJb7F\
    MiYj+mfL7MnuJSabMA8GA1UdEwEB/wQFMAMBAf8wDwYDVR0RBAgwBocEfwAAATANBgkqhkiG9w0BAQsFAAOBgQAS\
    R8cC34aardma/bRkPLEJN4Cx7NtqIdXuD1MhRH/Pm1k4B4jMI5bj6ubjqJ7HJaYct+OoyYkalKSE8tPk7g6EP591\
    XgDdMBUynxYto4Vh5oxYE79rLR3hCm/hcUi24u3IJmTk52RQbV4JjUHB1KUeVosheSe+R8voxwm4FN3+1w==";

/// A message of a handshake (RFC 5246, 7.4).
fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let [_, length @ ..] = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&[kind], length.as_slice(), body].concat()
}

/// A server's first flight of TLS 1.2 with a key that is too short. Nobody who takes it looks at its
/// signature.
fn short_key() -> Vec<u8> {
    let certificate = BASE64_STANDARD.decode(SHORT_KEY).unwrap();
    let counted = |bytes: &[u8]| {
        let [_, length @ ..] = u32::try_from(bytes.len()).unwrap().to_be_bytes();
        [length.as_slice(), bytes].concat()
    };
    // ECDHE_RSA with AES_128_GCM_SHA256, and renegotiation that is safe.
    let hello = [
        b"\x03\x03".as_slice(),
        &[7; 32],
        b"\0\xc0\x2f\0\0\x05\xff\x01\0\x01\0",
    ];
    // X25519, RSASSA-PSS with SHA-256.
    let exchange = [
        b"\x03\0\x1d\x20".as_slice(),
        &[9; 32],
        b"\x08\x04\0\x80",
        &[1; 128],
    ];
    let messages = [
        message(2, &hello.concat()),
        message(11, &counted(&counted(&certificate))),
        message(12, &exchange.concat()),
        message(14, b""),
    ]
    .concat();
    let length = u16::try_from(messages.len()).unwrap().to_be_bytes();
    [b"\x16\x03\x03", length.as_slice(), &messages].concat()
}

/// Certificates, and what comes behind them.
pub(super) const SECURE: &[Kind] = &[
    kind(
        "certificate-of-an-authority",
        Certificate::Authority,
        0,
        well,
    ),
    kind("certificate-of-nobody", Certificate::Leaf, 0, well),
    kind(
        "certificate-of-another-name",
        Certificate::OtherName,
        3,
        well,
    ),
    kind("certificate-expired", Certificate::Expired, 3, well),
    kind("certificate-of-a-stranger", Certificate::Stranger, 3, well),
    kind("certificate-accepted", Certificate::Accepted, 0, well),
    kind(
        "certificates-of-half-a-megabyte",
        Certificate::Long,
        3,
        well,
    ),
    kind(
        "http-1-where-http-2-was-chosen",
        Certificate::Http2,
        3,
        well,
    ),
    kind("closed-without-notice", Certificate::Authority, 3, |_| {
        vec![
            Send(b"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\n\r\nabc".into()),
            Close,
        ]
    }),
    kind("late-behind-tls", Certificate::Authority, 3, |asked| {
        vec![Wait(5000), Send(good(asked, ""))]
    }),
    Kind::new(Over::Tls, "key-of-1024-bits", 3, |_| {
        vec![Send(short_key()), Hang]
    }),
    // What a server of TLS 1.0 says to a client of TLS 1.2: protocol_version.
    Kind::new(Over::Tls, "tls-1.0", 3, |_| {
        vec![Send(b"\x15\x03\x01\x00\x02\x02\x46".into()), Close]
    }),
];
