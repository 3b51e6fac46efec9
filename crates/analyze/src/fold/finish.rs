//! Computes the report from an aggregate.

use std::thread;

use crate::fold::aggregate::Aggregate;
use crate::fold::sections::{
    cache, completeness, conversation, endpoints, errors, frequency, glance, hosts, identity,
    model, prompt, telemetry, timeline, tools, transcript,
};
use crate::fold::threads;
use crate::fold::timeline_index::TimelineIndex;
use crate::report::{Cache, Conversation, Models, Report};

impl Aggregate {
    /// Computes the report.
    pub fn finish(mut self) -> Report {
        let mut store = std::mem::take(&mut self.store).into_store();
        store.finish();
        let timeline = TimelineIndex::of(&self, &store);
        // About half of the work for a large recording.
        let structure_and_transcript = || {
            let structure = self.shapes.finish();
            (structure, transcript::finish(&timeline))
        };
        let report = thread::scope(|scope| {
            // If the system has no thread to spare, this one does all the work.
            let spawned = self
                .second_thread
                .then(|| thread::Builder::new().spawn_scoped(scope, structure_and_transcript));
            let (model, conversation, cache) = self.calls(&timeline);
            let report = Report {
                recordings: timeline.recordings(),
                left_out: self.left_out.len() as u64,
                glance: Some(glance::finish(
                    &timeline,
                    &self.agents,
                    &self.endpoint_limit,
                    &self.problems,
                )),
                endpoints: Some(endpoints::finish(
                    &timeline,
                    &self.headers,
                    &self.endpoint_limit,
                )),
                frequency: Some(frequency::finish(&timeline)),
                model: Some(model),
                conversation: Some(conversation),
                prompt: Some(prompt::finish(&timeline, store.len())),
                cache: Some(cache),
                errors: Some(errors::finish(&timeline)),
                identity: Some(identity::finish(&self.identifiers)),
                telemetry: Some(telemetry::finish(&timeline, &self.telemetry)),
                hosts: Some(hosts::finish(&timeline)),
                timeline: Some(timeline::finish(&timeline)),
                completeness: Some(completeness::finish(&timeline, &self.problems)),
                ..Report::default()
            };
            let (structure, transcript) = match spawned {
                Some(Ok(second)) => second
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                Some(Err(_)) | None => structure_and_transcript(),
            };
            // `cost` stays empty: prices come from the user, not from the recording.
            Report {
                structure: Some(structure),
                transcript: Some(transcript),
                ..report
            }
        });
        if self.second_thread {
            // Freeing many small allocations takes a while. If spawning fails, the closure is
            // dropped, and they are freed here.
            drop(thread::Builder::new().spawn(move || drop((self, store))));
        }
        report
    }

    /// The sections that walk conversations or need the results of tools.
    fn calls(&self, timeline: &TimelineIndex<'_>) -> (Models, Conversation, Cache) {
        let results = tools::Results::of(timeline);
        let mut threads = conversation::Threads::of(timeline, &results);
        let mut uses = cache::CacheUses::default();
        threads::steps(timeline, |step| {
            threads.take(&step);
            uses.take(&step);
        });
        let model = model::finish(timeline, &results, &self.gaps);
        (model, threads.finish(), uses.finish())
    }
}
