//! Ground tools against trouble: pure, with the time and the random number passed in.

pub mod backoff;
pub mod breaker;

pub use backoff::Backoff;
pub use breaker::Breaker;
