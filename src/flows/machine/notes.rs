//! The short notes of a session, of which there are many: the questions behind, and the timers. Each is written as a list, `["who.who",["who"]]`
//! and `["2026-11-21T08:30:00Z",1800]`; the names of the fields, which version 1 wrote, are read too.

use serde::ser::SerializeSeq as _;
use serde::{Deserialize, Serialize, Serializer};
use smol_str::SmolStr;

use crate::domain::Timestamp;
use crate::flows::value::{Instant, read_instant};

/// A question that has been answered, and the names that got a value since it was asked.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Passed {
    pub at: SmolStr,
    #[serde(default)]
    pub gave: Vec<SmolStr>,
}

impl Serialize for Passed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { at, gave } = self;
        let mut list = serializer.serialize_seq(None)?;
        list.serialize_element(at)?;
        if !gave.is_empty() {
            list.serialize_element(gave)?;
        }
        list.end()
    }
}

/// When a silence arm of the open question is due, or the time of a step that waits is up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) struct Wake {
    #[serde(deserialize_with = "read_instant")]
    pub at: Timestamp,
    /// Its seconds, by which the arm is found again; none where the time is up.
    pub after_s: u32,
}

impl Serialize for Wake {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(2))?;
        list.serialize_element(&Instant(self.at))?;
        list.serialize_element(&self.after_s)?;
        list.end()
    }
}
