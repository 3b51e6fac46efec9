//! Bodies: requests are read whole, within bounds; responses are sent whole or streamed.

use std::io::Read as _;

use futures_util::stream;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited, StreamBody};
use hyper::body::{Body, Bytes, Frame};
use hyper::header::CONTENT_ENCODING;
use hyper::{HeaderMap, StatusCode};

use super::playback::{ConnectionCut, Playback};

/// The body of a response.
pub(super) type ResponseBody = UnsyncBoxBody<Bytes, ConnectionCut>;

/// A body in one piece.
pub(super) fn full(content: impl Into<Bytes>) -> ResponseBody {
    let body = Full::new(content.into());
    body.map_err(|never| match never {}).boxed_unsync()
}

/// A `text/event-stream`; each event is written on its own.
pub(super) fn event_stream(playback: Playback) -> ResponseBody {
    let events = stream::unfold(Some(playback), |playback| async {
        let mut playback = playback?;
        match playback.next().await {
            Ok(Some(event)) => {
                let frame = Frame::data(Bytes::from(event.to_sse()));
                Some((Ok(frame), Some(playback)))
            }
            Ok(None) => None,
            Err(cut) => Some((Err(cut), None)),
        }
    });
    StreamBody::new(events).boxed_unsync()
}

/// Reads a request's body and undoes its content-encoding.
///
/// # Errors
///
/// The status to refuse it with: 413 if it is too long, 415 for an encoding
/// that no known agent uses, 400 if it is broken or cut short.
pub(super) async fn read<B>(headers: &HeaderMap, body: B) -> Result<Vec<u8>, StatusCode>
where
    B: Body,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let collected = Limited::new(body, MAX_REQUEST_BYTES).collect().await;
    let bytes = collected
        .map_err(|error| match error.downcast_ref::<LengthLimitError>() {
            Some(_) => StatusCode::PAYLOAD_TOO_LARGE,
            None => StatusCode::BAD_REQUEST,
        })?
        .to_bytes();
    match headers.get(CONTENT_ENCODING).map(|value| value.as_bytes()) {
        None | Some(b"identity") => Ok(bytes.into()),
        Some(b"zstd") => unzstd(&bytes),
        Some(_) => Err(StatusCode::UNSUPPORTED_MEDIA_TYPE),
    }
}

fn unzstd(bytes: &[u8]) -> Result<Vec<u8>, StatusCode> {
    let bad = |_| StatusCode::BAD_REQUEST;
    let decoder = zstd::Decoder::new(bytes).map_err(bad)?;
    let mut content = Vec::new();
    let limit = MAX_REQUEST_BYTES as u64 + 1;
    decoder.take(limit).read_to_end(&mut content).map_err(bad)?;
    if content.len() > MAX_REQUEST_BYTES {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    Ok(content)
}

/// Far larger than any request seen (1 MB, codex's metrics); bounds what an agent can make us hold.
pub(super) const MAX_REQUEST_BYTES: usize = 64 * 1024 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    async fn read_encoded(encoding: &str, body: Vec<u8>) -> Result<Vec<u8>, StatusCode> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_ENCODING, encoding.parse().unwrap());
        read(&headers, Full::new(Bytes::from(body))).await
    }

    #[tokio::test]
    async fn a_zstd_body_is_decompressed() {
        let packed = zstd::encode_all(&b"{\"model\":\"m\"}"[..], 3).unwrap();
        assert_eq!(
            read_encoded("zstd", packed).await.unwrap(),
            b"{\"model\":\"m\"}"
        );
    }

    #[tokio::test]
    async fn a_zstd_bomb_is_refused() {
        let zeros = std::io::repeat(0).take(MAX_REQUEST_BYTES as u64 + 1);
        let bomb = zstd::encode_all(zeros, 3).unwrap();
        let refused = read_encoded("zstd", bomb).await.unwrap_err();
        assert_eq!(refused, StatusCode::PAYLOAD_TOO_LARGE);
    }

    #[tokio::test]
    async fn a_broken_or_unknown_encoding_is_refused() {
        let refused = read_encoded("zstd", b"not zstd".to_vec())
            .await
            .unwrap_err();
        assert_eq!(refused, StatusCode::BAD_REQUEST);
        let refused = read_encoded("br", Vec::new()).await.unwrap_err();
        assert_eq!(refused, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }
}
