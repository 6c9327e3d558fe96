//! The step machine: `advance` applies one input to one state. Pure and total: what a flow cannot do is counted, never a panic.

mod anytime;
mod astray;
mod attach;
mod dial;
mod door;
mod forget;
mod forms;
mod hear;
mod invite;
mod keeping;
mod look;
mod message;
mod news;
mod notes;
mod outbox;
mod rest;
mod run;
mod schedule;
mod state;
mod tell;
mod walk;

pub(crate) use attach::Attachment;
pub(crate) use hear::Heard;
pub(crate) use invite::Moved;
pub(crate) use look::{advance_traced, begin_at, labels, middle, more, start_code, start_word};
pub(crate) use notes::Passed;
pub(crate) use run::Run;
pub(crate) use state::Frame;
pub use state::{State, UnreadableState};
pub(crate) use walk::{Missed, Then};

use super::definition::FlowSet;
use super::turn::{Answer, Context, Input, Turn};

/// Steps of one turn.
pub(crate) const STEPS_MAX: u32 = 200;
/// Operations of one turn.
pub(crate) const OPERATIONS_MAX: usize = 16;
/// Text said in one turn.
pub(crate) const TEXT_BYTES_MAX: usize = 64 * 1024;
/// Flows that have called each other, and digressions, in one session.
pub(crate) const STACK_MAX: usize = 8;
/// Digressions one within another.
pub(crate) const ASIDES_MAX: usize = 3;
/// Unreadable answers before `stuck`, where nothing else is said.
pub(crate) const TRIES: u8 = 3;

/// Applies one input to one state. If operations have to be asked first, the turn comes back as [`Turn::Ask`]; it is then run again from
/// the start with the same state and input and all answers so far. Reads nothing but its arguments.
pub fn advance(flows: &FlowSet, state: &State, input: &Input, answers: &[Answer], context: &Context) -> Turn {
    let mut run = Run::new(flows, state.clone(), input, answers, context);
    match run.hear(input) {
        Some(question) => Turn::Ask(vec![question]),
        None => Turn::Done(Box::new(run.done())),
    }
}
