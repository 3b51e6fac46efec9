//! What the files of several APIs need to read a request.

use crate::json::Json;
use crate::line::exchange::Exchange;

/// The JSON body of a POST, read by `read`.
///
/// A body that was not kept whole makes a request too, one of which little is known.
pub(super) fn posted<'a, T: Default>(
    exchange: &Exchange<'a>,
    read: impl FnOnce(Json<'a>) -> T,
) -> Option<T> {
    let body = exchange.request.body.as_ref()?;
    let is_post = exchange.request.method == "POST";
    is_post.then(|| body.json.map(read).unwrap_or_default())
}
