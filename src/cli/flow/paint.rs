//! Colours, where somebody looks.

use std::io::IsTerminal as _;

use crate::flows::Mistake;

/// Whether standard output is a terminal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paint(bool);

impl Paint {
    pub(super) fn of_stdout() -> Self {
        Self(std::io::stdout().is_terminal())
    }

    fn dress(self, code: &str, text: &str) -> String {
        if self.0 { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    pub(super) fn bold(self, text: &str) -> String {
        self.dress("1", text)
    }

    pub(super) fn red(self, text: &str) -> String {
        self.dress("31", text)
    }

    pub(super) fn yellow(self, text: &str) -> String {
        self.dress("33", text)
    }

    pub(super) fn green(self, text: &str) -> String {
        self.dress("32", text)
    }

    pub(super) fn faint(self, text: &str) -> String {
        self.dress("2", text)
    }

    /// A mistake as [`Mistake`] prints itself, its parts in colours.
    pub(super) fn mistake(self, mistake: &Mistake) -> String {
        let Mistake { file, at, what, cause, mend, .. } = mistake;
        let place = self.bold(&format!("{file}:{}:{}", at.line, at.column));
        let error = if mistake.refuses() { self.red("error:") } else { self.yellow("warning:") };
        let mend = self.green(&format!("mend: {mend}"));
        format!("{place} {error} {what}\n    {cause}.   {mend}")
    }
}
