//! That every channel carries what a step needs, or never comes to it.

use super::Check;
use crate::flows::turn::Channel;
use crate::flows::ways::Channels;

/// Channels on which only words travel.
const WORDS_ONLY: [Channel; 2] = [Channel::Ussd, Channel::Sms];

impl Check<'_> {
    /// Pictures, documents and positions cannot be sent by USSD and SMS.
    pub(super) fn carried(&mut self) {
        let channels = Channels::of(self.ways);
        for (spot, line) in self.lines() {
            let Some((kind, number)) = line.step.only_sent().zip(self.ways.number(spot)) else { continue };
            let Some(channel) = WORDS_ONLY.into_iter().find(|channel| channels.has(number, *channel)) else { continue };
            let name = channel.as_str();
            let what = format!("{} takes only {kind}, which {name} cannot carry", line.id);
            let cause = format!("whoever comes by {name} could never answer");
            let mend = format!("add text to its types, or keep {name} away: unless: channel == \"{name}\"");
            self.add(line.at, what, cause, mend);
        }
    }
}

/// Whether a step may be run on a channel without pictures.
pub(super) fn meets_words_only(channels: &Channels, number: usize) -> bool {
    WORDS_ONLY.into_iter().any(|channel| channels.has(number, channel))
}
