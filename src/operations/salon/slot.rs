//! The token of a free slot. It travels through option ids and comes back from outside, so it is believed in nothing: `hold_slot` checks again.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, TimeDelta};

use crate::domain::Timestamp;

/// Who, and from when: `{staff}-{minutes since 1970}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    pub staff: i64,
    pub start: Timestamp,
}

/// The text is no slot's token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a slot: expected <staff>-<minutes since 1970>, such as 3-29920860")]
pub struct NotASlot;

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.staff, self.start.timestamp() / 60)
    }
}

impl FromStr for Slot {
    type Err = NotASlot;

    fn from_str(text: &str) -> Result<Self, NotASlot> {
        let (staff, minutes) = text.split_once('-').ok_or(NotASlot)?;
        let since = minutes.parse::<u32>().map_err(|_| NotASlot)?;
        let start = DateTime::UNIX_EPOCH + TimeDelta::minutes(since.into());
        Ok(Self { staff: staff.parse().map_err(|_| NotASlot)?, start })
    }
}
