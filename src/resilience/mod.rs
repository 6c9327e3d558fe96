//! Ground tools against trouble: pure, with the time and the random number passed in.

pub mod backoff;
pub mod breaker;
pub mod pace;

pub use backoff::Backoff;
pub use breaker::Breaker;
pub use pace::Pace;
