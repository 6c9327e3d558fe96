//! All SQL. One statement per function where possible, the tenant first.

pub mod app;
pub mod effect;
pub mod salon;

pub use app::AppPool;
pub use effect::GuardedEffect;
