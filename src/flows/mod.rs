//! The pure core: what a flow is, what it says, and how one input moves a session. No IO, no clock, no randomness, no failure.
//!
//! Entry points: [`FlowSet::load`] reads and checks a set of flow files, [`advance`] applies one input to a state.

mod aloud;
mod by_name;
mod check;
mod definition;
pub mod environment;
mod expression;
mod gives;
mod graph;
pub mod keeping;
mod languages;
pub mod layout;
mod library;
pub mod machine;
mod messages;
mod mistake;
mod moves;
pub mod notices;
pub mod operation;
mod reader;
mod reads;
pub mod schema;
pub mod shipped;
mod source;
mod steps;
pub mod talk;
pub mod turn;
pub mod understand;
pub mod value;
mod ways;

pub use check::Size;
pub use definition::FlowSet;
pub use environment::{Environment, Provider, ProviderKind};
pub use keeping::{OptOut, Wish};
pub use layout::plain_sms;
pub use machine::{State, UnreadableState, advance};
pub use messages::{DateStyle, Review, Reviewed, day_in, money_in, own_reviews, written_in};
pub use mistake::{At, Mistake, Severity};
pub use moves::Moves;
pub use operation::{Field, OperationKind, Outcome, Signature, Type};
pub use steps::verbs;
pub use turn::{
    Answer, Channel, Context, Count, Done, Door, Fault, Input, Invitation, Invited, JobKind, JobOrder, Passing,
    Payment, Purpose, Question, Rests, Say, Screen, Turn,
};
pub use value::{Decimal, Place, Row, Value};

/// The names of the functions that expressions may call.
pub fn expression_functions() -> impl Iterator<Item = &'static str> {
    expression::Function::names()
}

/// The names of the functions that messages may call.
pub fn message_functions() -> impl Iterator<Item = &'static str> {
    messages::FUNCTIONS.iter().map(|function| function.name)
}
