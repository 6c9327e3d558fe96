//! Answers of operations that the data file does not have: the player gives them.

use std::fmt::Write as _;

use crate::flows::talk::{Ending, Yields};

/// What the player answered for the line being played.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// From now on.
    world: Vec<(String, String)>,
    /// This time.
    once: Vec<(String, String)>,
}

impl Answers {
    /// The acts with the answers they needed, so that a test gives them too.
    pub(super) fn added_to(&self, acts: &str) -> String {
        let mut line = String::new();
        for (key, answers) in [("world", &self.world), ("answer", &self.once)] {
            if !answers.is_empty() {
                let all: Vec<String> = answers.iter().map(|(name, answer)| format!("{name}: {answer}")).collect();
                let _ = write!(line, "{key}: {{{}}}, ", all.join(", "));
            }
        }
        line + acts
    }

    /// Takes what the player typed: an outcome or its number, and what it carries.
    pub(super) fn take(
        &mut self,
        operation: &str,
        outcomes: &[Ending],
        question: bool,
        typed: &str,
    ) -> Result<(), String> {
        let (word, value) = typed.split_once(char::is_whitespace).unwrap_or((typed, ""));
        let number = word.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let ending = number
            .and_then(|number| outcomes.get(number))
            .or_else(|| outcomes.iter().find(|known| known.outcome == word));
        let answer = match ending {
            None if word == "unavailable" => word.to_owned(),
            None => return Err(format!("expected one of {}, or unavailable", names(outcomes))),
            Some(Ending { outcome, yields }) => match yields {
                Yields::Nothing => outcome.clone(),
                Yields::Value => format!("{{{outcome}: {}}}", if value.is_empty() { "any" } else { value.trim() }),
                Yields::Rows => format!("{{{outcome}: {}}}", rows(value.trim())),
            },
        };
        // What only reads answers the same until told otherwise; so does a command asked twice in one turn.
        let again = self.once.iter().any(|(known, _)| known == operation);
        self.once.retain(|(known, _)| known != operation);
        let list = if question || again { &mut self.world } else { &mut self.once };
        list.push((operation.to_owned(), answer));
        Ok(())
    }
}

fn rows(value: &str) -> String {
    match value.parse::<u32>() {
        Ok(count) => format!("{{count: {count}}}"),
        Err(_) if value.is_empty() => "{count: 3}".to_owned(),
        Err(_) if value.starts_with('[') => value.to_owned(),
        Err(_) => format!("[{value}]"),
    }
}

/// How the player is asked.
pub(super) fn asked(operation: &str, outcomes: &[Ending], question: bool) -> String {
    let verb = if question { "is asked" } else { "is to be done" };
    let mut text = format!("? {operation} {verb}. How does it end?\n");
    for (n, ending) in outcomes.iter().enumerate() {
        let how = match ending.yields {
            Yields::Nothing => "",
            Yields::Value => " ROW: a row of the data file, or nothing for one made up",
            Yields::Rows => " ROW, ROW: rows of the data file, or how many to make up",
        };
        let _ = writeln!(text, "  [{}] {}{how}", n + 1, ending.outcome);
    }
    text.push_str("  unavailable");
    text
}

fn names(outcomes: &[Ending]) -> String {
    outcomes.iter().map(|ending| ending.outcome.as_str()).collect::<Vec<_>>().join(", ")
}
