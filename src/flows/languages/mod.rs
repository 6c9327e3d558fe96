//! What the engine itself knows of each language: the few texts that no flow gives, and (in `words`) what people say.
//!
//! Everything is a table, so that the compiler sees that no language lacks an entry. Kinyarwanda and Swahili wait for a native reader.

pub(crate) mod anytime;
mod en;
mod fr;
pub(crate) mod keywords;
mod rw;
mod sw;
pub(crate) mod words;

/// One language.
#[derive(Debug)]
pub(crate) struct Language {
    pub code: &'static str,
    /// Who has read its words: `unreviewed`, or `reviewed by NAME, 2026-11-20`.
    pub review: &'static str,
    /// Words that leave everything.
    pub stop: &'static [&'static str],
    pub texts: OwnTexts,
}

/// The texts for which a flow need not give its own.
#[derive(Debug)]
pub(crate) struct OwnTexts {
    /// The answer could not be read.
    pub again: &'static str,
    /// A button of an older question was tapped.
    pub stale: &'static str,
    /// `{low}` and `{high}` are replaced.
    pub low: &'static str,
    pub high: &'static str,
    /// The row that turns the page, and the one that goes back to the first.
    pub more: &'static str,
    pub first: &'static str,
    /// The key that goes back on USSD.
    pub back: &'static str,
    /// The button that opens a list.
    pub open: &'static str,
    pub yes: &'static str,
    pub no: &'static str,
    /// Something is out of order and the flow has no arm for it.
    pub trouble: &'static str,
    /// The person said stop.
    pub stopped: &'static str,
    /// The person speaks while a step waits for something else.
    pub meanwhile: &'static str,
    /// The person has come back by another door; and the two things she may do.
    pub resume: &'static str,
    pub go_on: &'static str,
    pub restart: &'static str,
    /// On a keypad: one of the staff calls her.
    pub call_back: &'static str,
    /// How she comes to another channel: `{link}`, `{code}`, `{number}` and `{dial}` are replaced.
    pub invite_link: &'static str,
    pub invite_write: &'static str,
    pub invite_sms: &'static str,
    pub invite_dial: &'static str,
    /// The screen says so; the SMS has the link.
    pub link_sent: &'static str,
    /// She speaks where she was; and the one thing she may do.
    pub move_waits: &'static str,
    pub stay: &'static str,
}

/// Every language we know, English first.
pub(crate) const ALL: [&Language; 4] = [&en::ENGLISH, &fr::FRENCH, &rw::KINYARWANDA, &sw::SWAHILI];

/// The language of a code such as `rw` or `en-GB`; English for one we do not know.
pub(crate) fn language(code: &str) -> &'static Language {
    known(code).unwrap_or(&en::ENGLISH)
}

/// The language of a code, if we know it.
pub(crate) fn known(code: &str) -> Option<&'static Language> {
    let primary = code.split(['-', '_']).next().unwrap_or(code);
    ALL.into_iter().find(|language| language.code == primary)
}
