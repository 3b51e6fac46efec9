//! Which charts a section has, and which data of the report they show.

use std::collections::BTreeMap;

use capture::record::OutcomeState;

use super::chart::{bars, gaps, growth, status, tokens, waterfall};
use super::figure::{Figure, Swatch};
use super::transcript::place_of;
use crate::call::{Kind, Tokens};
use crate::report::{CallMoment, Endpoints, Moment, Report, Section};
use crate::text::units;

/// The charts of a section, as HTML.
pub(super) fn of(section: Section, report: &Report) -> String {
    let mut html = String::new();
    match section {
        Section::Endpoints => html.extend(report.endpoints.as_ref().and_then(sizes)),
        Section::Model => {
            html.extend(turns(report));
            html.extend(contexts(report));
            html.extend(steadiness(report));
        }
        Section::Timeline => {
            for recording in by_recording(report).iter().take(MAX_RECORDINGS) {
                html.extend(requests(recording));
                html.extend(statuses(recording));
            }
        }
        _ => {}
    }
    html
}

/// The exchanges of each recording.
fn by_recording(report: &Report) -> Vec<&[Moment]> {
    let timeline = report.timeline.as_ref();
    timeline.map_or(Vec::new(), |timeline| {
        let same = |one: &Moment, other: &Moment| one.recording == other.recording;
        timeline.exchanges.chunk_by(same).collect()
    })
}

fn requests(moments: &[Moment]) -> Option<String> {
    let lanes: Vec<_> = moments.iter().take(MAX_LANES).map(lane).collect();
    let recording = moments.first()?.recording;
    // Each part has its own axis, or the bars of a long session would be dots.
    let parts = lanes.chunks(LANES_OF_A_PART).enumerate();
    let svg: String = parts
        .filter_map(|(part, lanes)| {
            waterfall::draw(&format!("waterfall-{recording}-{part}"), lanes)
        })
        .collect();
    let left = moments.len() - lanes.len();
    let note = match left {
        0 => String::new(),
        left => format!(
            "The first {MAX_LANES}; {} more are not drawn.",
            units::count(left as u64)
        ),
    };
    Some(
        Figure::new("Requests over time", svg)
            .legend(&[
                Swatch::new("send", "sending"),
                Swatch::new("wait", "waiting for the first output"),
                Swatch::new("receive", "receiving"),
                Swatch::new("bad", "failed (✕)"),
                Swatch::new("pause", "a long pause, shortened"),
            ])
            .note(&note)
            .html(),
    )
}

fn lane(moment: &Moment) -> waterfall::Lane {
    let at = |mark: u64| moment.start_us.saturating_add(mark);
    let call = moment.call.as_ref();
    let name = match call {
        Some(call) => format!("{} {}", call.kind.name(), call.model),
        None => format!("{} {}", moment.endpoint.method, path(moment)),
    };
    let status = moment
        .status
        .map_or("no response".to_owned(), |status| status.to_string());
    let wait = call
        .and_then(|call| call.ttft_us)
        .or_else(|| moment.ttfb_us());
    let tip = format!(
        "{} {} {}{}: {status}, started at {}, first output after {}, {} in total",
        moment.exchange,
        moment.endpoint.method,
        moment.endpoint.host,
        moment.endpoint.path,
        units::duration(moment.start_us),
        wait.map_or("–".to_owned(), units::duration),
        units::duration(moment.last_us()),
    );
    let first = call
        .and_then(|call| call.first_output_us)
        .or(moment.answer_us);
    waterfall::Lane {
        label: format!("{} {name}", moment.exchange),
        target: call.map(|_| place_of(moment.recording, moment.exchange)),
        tip,
        start_us: moment.start_us,
        sent_us: at(moment.sent_us.unwrap_or_else(|| moment.last_us())),
        first_us: first.map(at),
        end_us: at(moment.last_us()),
        failed: moment.failed,
        is_call: call.is_some(),
    }
}

/// Host and path.
fn path(moment: &Moment) -> String {
    format!("{}{}", moment.endpoint.host, moment.endpoint.path)
}

fn statuses(moments: &[Moment]) -> Option<String> {
    let marks: Vec<_> = moments
        .iter()
        .map(|moment| status::Point {
            at_us: moment.start_us.saturating_add(moment.last_us()),
            class: status::StatusClass::of(
                moment
                    .status
                    .filter(|_| moment.state == OutcomeState::Complete),
            ),
            tip: format!("{} {}", moment.exchange, path(moment)),
        })
        .collect();
    let id = format!("status-{}", moments.first()?.recording);
    Some(Figure::new("Status over time", status::draw(&id, &marks)?).html())
}

fn sizes(endpoints: &Endpoints) -> Option<String> {
    let mut bars: Vec<bars::Bar> = endpoints
        .endpoints
        .iter()
        .map(|stats| bars::Bar {
            label: format!(
                "{} {}{}",
                stats.endpoint.method, stats.endpoint.host, stats.endpoint.path
            ),
            up: stats.up.content.map_or(0, |all| all.total),
            down: stats.down.content.map_or(0, |all| all.total),
        })
        .collect();
    bars.sort_by_key(|bar| std::cmp::Reverse(bar.up.saturating_add(bar.down)));
    bars.truncate(MAX_BARS);
    Some(
        Figure::new("Sizes by endpoint", bars::draw(&bars)?)
            .legend(&[
                Swatch::new("send", "sent"),
                Swatch::new("receive", "received"),
            ])
            .note("All bodies of an endpoint together, decoded.")
            .html(),
    )
}

/// The calls that have tokens.
fn counted(report: &Report) -> impl Iterator<Item = (&Moment, &CallMoment, Tokens)> {
    let moments = report
        .timeline
        .iter()
        .flat_map(|timeline| &timeline.exchanges);
    moments.filter_map(|moment| {
        let call = moment.call.as_ref()?;
        Some((moment, call, call.tokens?))
    })
}

fn turns(report: &Report) -> Option<String> {
    let mut order = Vec::new();
    let mut sums: BTreeMap<_, Tokens> = BTreeMap::new();
    for (moment, call, tokens) in counted(report) {
        // A call without a turn id is a turn by itself.
        let own = call.turn.is_none().then_some(moment.exchange);
        let key = (moment.recording, call.turn.as_deref(), own);
        if !sums.contains_key(&key) {
            order.push(key);
        }
        sums.entry(key).or_default().add(tokens);
    }
    let columns = order.iter().take(MAX_COLUMNS).enumerate().map(|(n, key)| {
        let tokens = sums[key];
        tokens::Column {
            label: (n + 1).to_string(),
            cached: tokens.cached,
            fresh: tokens.input.saturating_sub(tokens.cached),
            output: tokens.output.saturating_sub(tokens.reasoning),
            reasoning: tokens.reasoning,
        }
    });
    let svg = tokens::draw(&columns.collect::<Vec<_>>())?;
    Some(
        Figure::new("Tokens of each turn", svg)
            .legend(&[
                Swatch::new("cached", "cached input"),
                Swatch::new("fresh", "new input"),
                Swatch::new("output", "output"),
                Swatch::new("reasoning", "reasoning"),
            ])
            .note("All requests of a turn together, including its retries and side threads.")
            .html(),
    )
}

fn contexts(report: &Report) -> Option<String> {
    let mut threads: BTreeMap<_, growth::Series> = BTreeMap::new();
    for (moment, call, tokens) in counted(report) {
        if call.kind == Kind::Prewarm {
            continue;
        }
        let key = (moment.recording, call.thread.as_deref());
        let thread = threads.entry(key).or_insert_with(|| growth::Series {
            name: call
                .thread
                .clone()
                .unwrap_or_else(|| "without an id".to_owned()),
            points: Vec::new(),
        });
        let about = format!("exchange {}, {}", moment.exchange, call.kind.name());
        thread.points.push((tokens.input, about));
    }
    let mut threads: Vec<growth::Series> = threads.into_values().collect();
    threads.sort_by_key(|thread| std::cmp::Reverse(thread.points.len()));
    let left = threads.len().saturating_sub(growth::HUES);
    threads.truncate(growth::HUES);
    let note = match left {
        0 => String::new(),
        left => format!("The {} longest; {left} more are not drawn.", growth::HUES),
    };
    let swatches: Vec<Swatch<'_>> = threads
        .iter()
        .zip(growth::CLASSES)
        .map(|(thread, class)| Swatch::new(class, &thread.name))
        .collect();
    Some(
        Figure::new(
            "Input tokens of each request, by conversation",
            growth::draw(&threads)?,
        )
        .legend(&swatches)
        .note(&note)
        .html(),
    )
}

fn steadiness(report: &Report) -> Option<String> {
    let classes = &report.model.as_ref()?.gap_classes;
    Some(
        Figure::new("Time between output events", gaps::draw(classes)?)
            .legend(&[
                Swatch::new("receive", "streaming"),
                Swatch::new("bad", "stalled for 2 s or more"),
            ])
            .html(),
    )
}

/// Nobody looks at the charts of more recordings on one page.
const MAX_RECORDINGS: usize = 4;
/// As many as a browser draws without delay.
const MAX_LANES: usize = 1000;
/// As many as fit on a screen.
const LANES_OF_A_PART: usize = 40;
/// The rest is too small to see.
const MAX_BARS: usize = 20;
/// Narrower columns cannot be told apart.
const MAX_COLUMNS: usize = 300;
