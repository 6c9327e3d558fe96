//! The salon's rows: house rules, services, staff, hours, what is taken, visits, feedback and consents.
//!
//! Every function takes a connection that already acts for the tenant (see [`super::AppPool`]).

pub mod about;
pub mod busy;
pub mod catalogue;
pub mod consent;
pub mod export;
pub mod hold;
pub mod hours;
pub mod manage;
pub mod seed;
pub mod sweep;
pub mod visit;

/// For how many seconds after its end an expired hold is left alone by everybody but its sweeper.
///
/// A commit looks at holds that are not yet expired by its own start, others take away those that expired this long ago: so a commit
/// and a new hold never wait for each other over one row.
pub const GRACE_SECONDS: i32 = 5;
