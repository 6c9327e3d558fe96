//! `split`: some people take one arm, some another. Who takes which is left to chance once: the same person always keeps her arm.
//!
//! ```yaml
//! - split: greeting              # the value `greeting` is old or new
//!   shares: {old: 90, new: 10}   # scenes and their shares of the people
//! - split: offer
//!   shares: {none: 1, gift: 1}
//!   arms: {none: next, gift: [say: gift]}
//! ```

use super::Step;
use crate::flows::definition::{Arm, Line, To};
use crate::flows::expression::Kind as Known;
use crate::flows::machine::{Run, Then};
use crate::flows::mistake::did_you_mean;
use crate::flows::reader::{Keys, Reader, describe};
use crate::flows::source::Kind;
use crate::flows::value::Value;

/// Largest share.
const SHARE_MAX: i64 = 1_000_000;

#[derive(Debug)]
struct Split {
    name: String,
    /// Name, share and arm.
    shares: Vec<(String, u32, Arm)>,
}

pub(super) fn read(keys: &mut Keys<'_>, reader: &mut Reader<'_>) -> Option<Box<dyn Step>> {
    let split = keys.text("split", reader.mistakes)?.to_owned();
    reader.name(&split, keys.at, "a value");
    let Some(node) = keys.take("shares") else {
        reader.mistakes.add(
            keys.at,
            "split has no shares",
            "nothing is said of who goes where",
            "add shares: {one: 1, other: 1}",
        );
        return None;
    };
    let arms = reader.arms(keys.take("arms"), "arms");
    let mut shares = Vec::new();
    for (key, share) in Keys::of(node, "shares", reader.mistakes)?.pairs() {
        reader.name(&key.name, key.at, "a share");
        let Kind::Whole(number @ 0..=SHARE_MAX) = share.kind else {
            let what = format!("the share of {} is a whole number up to {SHARE_MAX}", key.name);
            reader.mistakes.add(share.at, what, format!("here stands {}", describe(share)), "write such a number");
            continue;
        };
        let own = arms.iter().find(|(name, _)| *name == key.name).map(|(_, arm)| arm.clone());
        let arm = own.unwrap_or_else(|| Arm { at: key.at, to: To::Scene(key.name.clone()) });
        shares.push((key.name.clone(), number as u32, arm));
    }
    for (name, arm) in arms.iter().filter(|(name, _)| !shares.iter().any(|(share, ..)| share == name)) {
        let mend = did_you_mean(name, shares.iter().map(|(share, ..)| share.as_str()), "give it a share, or remove it");
        reader.mistakes.add(arm.at, format!("split {split} has no share \"{name}\""), "nobody takes this arm", mend);
    }
    if shares.iter().all(|(_, share, _)| *share == 0) {
        reader.mistakes.add(node.at, "nobody takes any share", "all shares are 0", "write a number above 0");
        return None;
    }
    Some(Box::new(Split { name: split, shares }))
}

impl Split {
    fn chosen(&self, number: u64) -> Option<&(String, u32, Arm)> {
        let whole: u64 = self.shares.iter().map(|(_, share, _)| u64::from(*share)).sum();
        let mut left = number % whole.max(1);
        self.shares.iter().find(|(_, share, _)| {
            let here = left < u64::from(*share);
            left = left.saturating_sub(u64::from(*share));
            here
        })
    }
}

/// Another place gives the same person another number: FNV-1a over the place, then SplitMix64's last steps.
fn spread(shares: u64, place: &str) -> u64 {
    let hash = place.bytes().fold(shares ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

impl Step for Split {
    fn run<'a>(&'a self, run: &mut Run<'a>, line: &'a Line) -> Then<'a> {
        match self.chosen(spread(run.context.shares, &line.id)) {
            Some((name, _, arm)) => {
                run.set(&self.name, Value::text(name));
                Then::Take(arm)
            }
            None => Then::Next,
        }
    }

    fn arms(&self) -> Vec<(String, &Arm)> {
        self.shares.iter().map(|(name, _, arm)| (format!("share {name}"), arm)).collect()
    }

    fn falls_through(&self) -> bool {
        false
    }

    fn yields(&self) -> Vec<(&str, Known)> {
        vec![(&self.name, Known::Text)]
    }

    fn fixed_values(&self) -> Option<Vec<String>> {
        Some(self.shares.iter().map(|(name, ..)| name.clone()).collect())
    }
}
