//! The pure core: what a flow is, what it says, and how one input moves a session. No IO, no clock, no randomness, no failure.
//!

pub mod machine;
pub mod operation;
pub mod turn;
pub mod value;

pub use operation::{Field, OperationKind, Outcome, Signature, Type};
pub use turn::{Answer, Channel, Context, Done, Input, Question, Say, Turn};
pub use value::{Row, Value};
