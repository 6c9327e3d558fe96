//! The arithmetic of appointments: days by the wall clock, stretches of time, and where a visit of several services fits into the
//! calendars of those who give them and of the things they need. Pencil and paper: the database has the last word.

mod local_day;
mod search;
mod stretches;
mod visit;

pub use local_day::LocalDay;
pub use search::{Calendar, Diary, Search};
pub use stretches::Stretches;
pub use visit::{Giver, Phase, Placed, PlacedService, ResourceId, WantedService, WantedVisit, Work};
