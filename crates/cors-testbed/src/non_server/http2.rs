//! What speaks HTTP/2 and means harm, frame by frame.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What a client begins with.
const PREFACE: usize = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".len();

// The types of frames and their flags, RFC 9113 section 6.
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;
const ACK: u8 = 1;

/// `:status: 200` in the static table of HPACK.
const STATUS_200: u8 = 0x88;
/// A literal header that is not remembered, `x: ` and 16 letters.
const FILLER: &[u8] = b"\x00\x01x\x10aaaaaaaaaaaaaaaa";

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len())
        .unwrap_or_default()
        .to_be_bytes();
    let mut bytes = length.get(1..).unwrap_or_default().to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// What happens to a request over HTTP/2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Http2 {
    /// Nothing.
    Silence,
    /// The connection is said to be over.
    GoAway,
    /// The stream is reset.
    Reset,
    /// The head of the answer is continued without end.
    EndlessContinuation,
    /// The first is answered. Then the client may open no more streams.
    NoMoreStreams,
}

/// Answers the requests on a connection as `how` says, until the client has gone.
pub(super) async fn connection(mut stream: TcpStream, how: Http2) -> io::Result<()> {
    stream.read_exact(&mut [0; PREFACE]).await?;
    stream.write_all(&frame(SETTINGS, 0, 0, b"")).await?;
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head).await?;
        let [high, middle, low, kind, flags, id @ ..] = head;
        let length = u32::from_be_bytes([0, high, middle, low]);
        let mut payload = vec![0; usize::try_from(length).unwrap_or_default()];
        stream.read_exact(&mut payload).await?;
        if kind == SETTINGS && flags & ACK == 0 {
            stream.write_all(&frame(SETTINGS, ACK, 0, b"")).await?;
        }
        if kind != HEADERS {
            continue;
        }
        let id = u32::from_be_bytes(id);
        match how {
            Http2::GoAway => {
                // Nothing was looked at; ENHANCE_YOUR_CALM.
                let payload = [0, 0, 0, 0, 0, 0, 0, 11];
                stream.write_all(&frame(GOAWAY, 0, 0, &payload)).await?;
                return stream.shutdown().await;
            }
            Http2::Reset => {
                // INTERNAL_ERROR.
                let payload = 2_u32.to_be_bytes();
                stream
                    .write_all(&frame(RST_STREAM, 0, id, &payload))
                    .await?;
            }
            Http2::NoMoreStreams if id == 1 => {
                // END_STREAM and END_HEADERS, and then SETTINGS_MAX_CONCURRENT_STREAMS of 0.
                let answer = frame(HEADERS, 5, id, &[STATUS_200]);
                let setting = frame(SETTINGS, 0, 0, &[0, 3, 0, 0, 0, 0]);
                stream.write_all(&[setting, answer].concat()).await?;
            }
            Http2::Silence | Http2::NoMoreStreams => {}
            Http2::EndlessContinuation => {
                stream
                    .write_all(&frame(HEADERS, 0, id, &[STATUS_200]))
                    .await?;
                loop {
                    stream
                        .write_all(&frame(CONTINUATION, 0, id, FILLER))
                        .await?;
                }
            }
        }
    }
}
