//! The cases of a `switch` and the languages that `language` names: each must be one there is.

use super::Check;
use crate::flows::expression::{Expression, Kind};
use crate::flows::mistake::did_you_mean;
use crate::flows::steps::Cases;

impl Check<'_> {
    pub(super) fn cases(&mut self) {
        for (_, line) in self.lines() {
            if let Some(cases) = line.step.cases() {
                self.switch(&cases);
            }
            if let Some((code, at)) = line.step.language()
                && !self.flow.languages.iter().any(|known| known == code)
            {
                let known = self.flow.languages.join(", ");
                let mend = did_you_mean(code, self.flow.languages.iter().map(String::as_str), "add it to languages");
                self.add(at, format!("the flow does not speak \"{code}\""), format!("its languages are {known}"), mend);
            }
        }
    }

    fn switch(&mut self, cases: &Cases<'_>) {
        let Ok(kind) = cases.value.expression.kind(&self.names) else { return };
        if !matches!(kind, Kind::Text | Kind::Whole | Kind::YesNo | Kind::Row | Kind::Unknown) {
            let cause = "cases are texts, whole numbers, true and false, or ids of rows";
            self.add(cases.value.at, format!("{} is a {kind} and has no cases", cases.value.source), cause, "use if:");
            return;
        }
        let Some(known) = self.values_of(&cases.value.expression, kind) else { return };
        for (name, at) in &cases.names {
            if !known.iter().any(|known| known == name) {
                let cause = format!("{} is one of {}", cases.value.source, known.join(", "));
                let mend = did_you_mean(name, known.iter().map(String::as_str), "remove it");
                self.add(*at, format!("case \"{name}\" never comes"), cause, mend);
            }
        }
    }

    /// All values an expression can have, where they can be listed.
    fn values_of(&self, expression: &Expression, kind: Kind) -> Option<Vec<String>> {
        let words = |words: &[&str]| Some(words.iter().map(|word| (*word).to_owned()).collect());
        if kind == Kind::YesNo {
            return words(&["true", "false"]);
        }
        let Expression::Path(path) = expression else { return None };
        match path.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["channel"] => words(&["whatsapp", "ussd", "sms"]),
            ["language"] => Some(self.flow.languages.clone()),
            [name] => self.options_of(name),
            _ => None,
        }
    }

    /// The options of a name that only choices of fixed options and splits give a value.
    fn options_of(&self, name: &str) -> Option<Vec<String>> {
        let mut all = Vec::new();
        for (_, line) in self.lines().filter(|(_, line)| line.step.yields().iter().any(|(given, _)| *given == name)) {
            all.extend(line.step.fixed_values()?);
        }
        (!all.is_empty() && !self.flow.takes.iter().any(|(taken, _)| taken == name)).then_some(all)
    }
}
