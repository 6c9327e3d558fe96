//! The number by which each option of a prompt is picked, and the keys that turn its pages.
//!
//! An option has the same number on whatever page it stands, so that a dialled string that walks a menu keeps its meaning.

use super::Opt;
use super::gsm;
use crate::flows::turn::Screen;

/// Longest key that turns pages.
const KEY_SEPTETS_MAX: usize = 4;

/// The numbers of the options, in their order: fixed keys stay, the others get the free numbers from 1 on.
pub(crate) fn numbers(options: &[Opt]) -> Vec<u16> {
    numbered(options.iter().map(|option| option.key))
}

/// The numbers of options of which only the fixed keys are known.
pub(crate) fn numbered(keys: impl Iterator<Item = Option<u16>>) -> Vec<u16> {
    let mut fixed: Vec<Option<u16>> = Vec::new();
    for key in keys {
        let first = key.filter(|key| *key > 0 && !fixed.contains(&Some(*key)));
        fixed.push(first);
    }
    let mut free = (1..=u16::MAX).filter(|number| !fixed.contains(&Some(*number)));
    // There are far fewer options than numbers.
    fixed.iter().map(|key| key.or_else(|| free.next()).unwrap_or(u16::MAX)).collect()
}

/// The keys that turn pages, as they are typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TurnKeys {
    pub more: String,
    pub back: String,
}

impl TurnKeys {
    /// The screen's keys. One that is the number of an option gets a nought before it, which no number has.
    pub(super) fn of(screen: &Screen, numbers: &[u16]) -> Self {
        let usual = Screen::default();
        let back = apart(usable(&screen.back, usual.back), numbers);
        let mut more = apart(usable(&screen.more, usual.more), numbers);
        if more == back {
            more.insert(0, '0');
        }
        Self { more, back }
    }
}

fn usable(key: &str, otherwise: String) -> String {
    let length = gsm::septets(key).unwrap_or(usize::MAX);
    let blank = key.chars().any(char::is_whitespace);
    if blank || !(1..=KEY_SEPTETS_MAX).contains(&length) { otherwise } else { key.to_owned() }
}

fn apart(key: String, numbers: &[u16]) -> String {
    let taken = numbers.iter().any(|number| number.to_string() == key);
    if taken { format!("0{key}") } else { key }
}
