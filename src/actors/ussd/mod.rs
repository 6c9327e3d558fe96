//! USSD: a person waits at a keypad, and her operator waits a few seconds.
//!
//! A hop takes the road of every event (see [`super::ingress`]), with a deadline. What has not begun by then is withdrawn; what has begun
//! is answered without a promise, and its last screen leaves by another door. The snapshot keeps the last hop with its screen.

mod gateways;
mod in_flight;
pub mod refusal;
pub mod session;
pub mod turn;

pub use gateways::{Gateways, Place};
pub use in_flight::{InFlight, Seat};
