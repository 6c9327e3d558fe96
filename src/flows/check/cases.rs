//! The cases of a `switch` and the languages that `language` names: each must be one there is.

use super::Check;
use crate::flows::definition::Formula;
use crate::flows::expression::{Comparison, Expression, Kind};
use crate::flows::mistake::did_you_mean;
use crate::flows::steps::Cases;
use crate::flows::value::Value;

impl Check<'_> {
    pub(super) fn cases(&mut self) {
        for (_, line) in self.lines() {
            if let Some(cases) = line.step.cases() {
                self.switch(&cases);
            }
            let guard = line.guard.iter().map(|guard| &guard.condition);
            for formula in guard.chain(line.step.formulas()) {
                self.compared(formula, &formula.expression);
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

    /// A text that a name can never have makes a comparison that never changes.
    fn compared(&mut self, formula: &Formula, expression: &Expression) {
        let sides: Vec<(&Expression, &Expression)> = match expression {
            Expression::Compare(Comparison::Equal | Comparison::NotEqual, left, right) => {
                vec![(left, right), (right, left)]
            }
            Expression::In(left, list) => list.iter().map(|item| (&**left, item)).collect(),
            _ => Vec::new(),
        };
        for (value, wanted) in sides {
            let Expression::Literal(Value::Text(wanted)) = wanted else { continue };
            let Ok(Kind::Text) = value.kind(&self.names) else { continue };
            let Some(known) =
                self.values_of(value, Kind::Text).filter(|known| !known.iter().any(|known| known == wanted))
            else {
                continue;
            };
            let Expression::Path(path) = value else { continue };
            let name = path.join(".");
            let mend = did_you_mean(wanted, known.iter().map(String::as_str), "name one of them");
            let what = format!("{name} is never \"{wanted}\": {}", formula.source);
            self.add(formula.at, what, format!("{name} is one of {}", known.join(", ")), mend);
        }
        for part in expression.parts() {
            self.compared(formula, part);
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
        let taken = self.flow.takes.iter().chain(self.flow.start.event.iter().flat_map(|event| &event.gives));
        let given = self.lines().any(|(_, line)| {
            line.step.operation().is_some_and(|operation| operation.yields == name)
                || line.step.callee().is_some_and(|callee| callee.yields == Some(name))
        });
        (!all.is_empty() && !given && !taken.into_iter().any(|(taken, _)| taken == name)).then_some(all)
    }
}
