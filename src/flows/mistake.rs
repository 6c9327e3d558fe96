//! What is wrong with a flow, where, and how to mend it.

use std::fmt;
use std::panic::Location;

/// A place in a file: line and column, both from 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct At {
    pub line: u32,
    pub column: u32,
}

/// Whether a flow is refused for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The flow is refused.
    Mistake,
    /// It runs as written, and probably not as meant.
    Warning,
}

/// One mistake of an author. Printed on two lines: where and what, then the cause and the mend.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mistake {
    pub file: String,
    pub at: At,
    pub what: String,
    pub cause: String,
    pub mend: String,
    pub severity: Severity,
    /// The place in this program that says so: every rule is one, and has a broken flow that breaks it.
    pub rule: &'static Location<'static>,
}

impl Mistake {
    #[track_caller]
    pub(crate) fn new(
        file: &str,
        at: At,
        what: impl Into<String>,
        cause: impl Into<String>,
        mend: impl Into<String>,
    ) -> Self {
        let file = file.to_owned();
        let (severity, rule) = (Severity::Mistake, Location::caller());
        Self { file, at, what: what.into(), cause: cause.into(), mend: mend.into(), severity, rule }
    }

    pub(crate) fn into_warning(self) -> Self {
        Self { severity: Severity::Warning, ..self }
    }

    /// Whether the flow is refused for it.
    pub fn refuses(&self) -> bool {
        self.severity == Severity::Mistake
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, at: At { line, column }, what, cause, mend, .. } = self;
        let severity = match self.severity {
            Severity::Mistake => "error",
            Severity::Warning => "warning",
        };
        write!(f, "{file}:{line}:{column} {severity}: {what}\n    {cause}.   mend: {mend}")
    }
}

/// Gathers the mistakes of one file; reading goes on after each, so that an author sees all of them at once.
#[derive(Debug, Default)]
pub(crate) struct Mistakes {
    pub file: String,
    pub found: Vec<Mistake>,
}

impl Mistakes {
    pub(crate) fn of(file: &str) -> Self {
        Self { file: file.to_owned(), found: Vec::new() }
    }

    #[track_caller]
    pub(crate) fn add(&mut self, at: At, what: impl Into<String>, cause: impl Into<String>, mend: impl Into<String>) {
        self.found.push(Mistake::new(&self.file, at, what, cause, mend));
    }

    /// Says something that need not be wrong.
    #[track_caller]
    pub(crate) fn warn(&mut self, at: At, what: impl Into<String>, cause: impl Into<String>, mend: impl Into<String>) {
        self.found.push(Mistake::new(&self.file, at, what, cause, mend).into_warning());
    }
}

/// The name of `known` that was probably meant by `written`, if one is near enough.
pub(crate) fn nearest<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = known.into_iter().map(|name| (distance(written, name), name)).min()?;
    (near.0 <= 1 + written.chars().count() / 4).then_some(near.1)
}

/// `did you mean "service"?`, or else the alternative `otherwise`.
pub(crate) fn did_you_mean<'a>(written: &str, known: impl IntoIterator<Item = &'a str>, otherwise: &str) -> String {
    nearest(written, known).map_or_else(|| otherwise.to_owned(), |name| format!("did you mean \"{name}\"?"))
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, right) in b.iter().enumerate() {
            let change = diagonal + usize::from(left != *right);
            diagonal = row[j + 1];
            row[j + 1] = change.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}
