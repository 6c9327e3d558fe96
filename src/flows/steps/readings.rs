//! An ambiguous answer becomes a choice between its readings.

use chrono_tz::Tz;
use smol_str::format_smolstr;

use crate::flows::languages::Language;
use crate::flows::layout::Opt;
use crate::flows::messages::written;
use crate::flows::value::Value;

/// What stands before the number of a reading in an option's id.
const MARK: char = '~';

/// The readings as options: days with their weekday, times in 24 hours.
pub(super) fn options(readings: &[Value], language: &'static Language, zone: Tz) -> Vec<Opt> {
    let option = |(n, value): (usize, &Value)| Opt {
        id: format_smolstr!("{MARK}{n}"),
        label: written(value, language, zone).into(),
        button: None,
        key: None,
        note: None,
    };
    readings.iter().enumerate().map(option).collect()
}

/// The reading an option's id names.
pub(super) fn named(id: &str) -> Option<usize> {
    id.strip_prefix(MARK)?.parse().ok()
}
