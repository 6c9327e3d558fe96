//! Who has read a language file: its head says `### reviewed by NAME, 2026-11-20` or `### unreviewed`.

use std::borrow::Cow;
use std::fmt;

use chrono::NaiveDate;

use crate::flows::definition::FlowSet;
use crate::flows::languages;
use crate::flows::mistake::{At, Mistakes};

/// Whether somebody who speaks the language has read a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Review {
    Unreviewed,
    Reviewed { by: Cow<'static, str>, on: NaiveDate },
}

/// The review of one language of one flow.
#[derive(Debug)]
pub struct Reviewed<'a> {
    pub flow: &'a str,
    pub language: &'a str,
    pub file: &'a str,
    pub review: &'a Review,
}

impl fmt::Display for Review {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreviewed => f.write_str("unreviewed"),
            Self::Reviewed { by, on } => write!(f, "reviewed by {by}, {on}"),
        }
    }
}

impl Review {
    /// One line of a comment; `None` if it says nothing of a review or not in this form.
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let line = line.trim();
        if line == "unreviewed" {
            return Some(Self::Unreviewed);
        }
        let (by, on) = line.strip_prefix("reviewed by ")?.rsplit_once(',')?;
        let (by, on) = (by.trim(), NaiveDate::parse_from_str(on.trim(), "%Y-%m-%d").ok()?);
        (!by.is_empty()).then(|| Self::Reviewed { by: Cow::Owned(by.to_owned()), on })
    }

    /// What the comments of a file (`###`) say; a file that says nothing is unreviewed, which is a mistake to leave unsaid.
    pub(super) fn of<'l>(lines: impl IntoIterator<Item = &'l str>, mistakes: &mut Mistakes) -> Self {
        lines.into_iter().find_map(Self::parse).unwrap_or_else(|| {
            mistakes.add(
                At { line: 1, column: 1 },
                "the file does not say who has read it",
                "people are to know which texts a speaker of the language has seen",
                "begin it with \"### unreviewed\" or \"### reviewed by NAME, 2026-11-20\"",
            );
            Self::Unreviewed
        })
    }
}

impl FlowSet {
    /// Who has read which language of which flow, in the order of the flows and their languages.
    ///
    /// `check` prints it and `publish` warns of unreviewed ones; they are refused only where the tenant asks for that, since a draft that
    /// people understand is better than a language they do not.
    pub fn reviews(&self) -> impl Iterator<Item = Reviewed<'_>> {
        self.flows.iter().flat_map(|flow| {
            flow.texts.iter().map(|texts| Reviewed {
                flow: &flow.name,
                language: &texts.code,
                file: &texts.file,
                review: &texts.review,
            })
        })
    }
}

/// Who has read the words of the engine itself, by language.
pub fn own_reviews() -> impl Iterator<Item = (&'static str, Review)> {
    languages::ALL.iter().map(|language| (language.code, Review::parse(language.review).unwrap_or(Review::Unreviewed)))
}
