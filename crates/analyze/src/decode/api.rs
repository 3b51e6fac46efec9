//! A model API: how its requests are recognised, and what reads its exchanges.
//!
//! An exchange comes in; its request is read first, then its answer is pushed into an
//! [`AnswerBuilder`], event by event or as one body.

use super::answer::AnswerBuilder;
use super::decoded::{Decoded, ModelRequest};
use super::fault::fault_of_response;
use crate::call::Provider;
use crate::json::Json;
use crate::line::Exchange;
use crate::line::event::Event;

/// A model API. The file of each has one of these.
pub(super) struct Api {
    pub(super) provider: Provider,
    /// How the paths of its requests end. Hosts do not matter: agents reach the same API through
    /// many.
    pub(super) paths: &'static [&'static str],
    /// Reads the request; `None` if the exchange asks no model for anything.
    pub(super) request: for<'a> fn(&Exchange<'a>) -> Option<ModelRequest<'a>>,
    /// Reads an event of the answer.
    pub(super) event: for<'a> fn(&mut AnswerBuilder<'a>, &Event<'a>),
    /// Reads an answer that is one body, with a status that does not refuse the request.
    pub(super) body: for<'a> fn(&mut AnswerBuilder<'a>, Json<'a>),
}

impl Api {
    /// Whether requests with this path are requests of this API.
    pub(super) fn has_path(&self, path: &str) -> bool {
        self.paths.iter().any(|end| path.ends_with(end))
    }

    /// Reads an exchange that has a path of this API.
    pub(super) fn decode<'a>(&self, exchange: &Exchange<'a>) -> Option<Decoded<'a>> {
        let mut request = (self.request)(exchange)?;
        let mut answer = AnswerBuilder::new(std::mem::take(&mut request.call_labels));
        if let Some(response) = &exchange.response {
            for event in &response.events {
                (self.event)(&mut answer, event);
            }
            let body = response.body.as_ref().and_then(|body| body.json);
            if response.status >= 400 {
                answer.fail(Some(fault_of_response(response)));
            } else if let Some(json) = body {
                (self.body)(&mut answer, json);
            }
        }
        Some(answer.finish(self.provider, request, exchange))
    }
}
