//! Bodies, read up to a limit.

// Bytes are counted here, as others say.
#![warn(clippy::arithmetic_side_effects)]

use bytes::Buf;
use http_body_util::BodyExt as _;

use crate::transport::Transport;
use cors_text::escape::escape;

/// What an error says, escaped: that of a service in process may hold whatever was on the wire.
pub fn error_text(error: &impl std::fmt::Display) -> String {
    escape(error.to_string().as_bytes())
}

/// Reads at most `most` bytes, and says whether that was all of it.
pub async fn read_body<B>(body: B, most: usize) -> Result<(Vec<u8>, bool), Transport>
where
    B: http_body::Body<Data: Buf, Error: std::fmt::Display>,
{
    let mut body = std::pin::pin!(body);
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Transport::BodyIncomplete(error_text(&error)))?;
        let Ok(mut data) = frame.into_data() else {
            continue;
        };
        let data = data.copy_to_bytes(data.remaining());
        let room = most.saturating_sub(bytes.len());
        if data.len() > room {
            bytes.extend(data.iter().take(room));
            return Ok((bytes, false));
        }
        bytes.extend_from_slice(&data);
    }
    Ok((bytes, true))
}
