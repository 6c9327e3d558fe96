//! What the open question offers, for those who play a person: tests and the terminal.

use super::run::Run;
use crate::flows::definition::FlowSet;
use crate::flows::machine::State;
use crate::flows::turn::{Context, Input};

/// The labels under which the open question shows its fixed option `name`: whole, and as a button. Empty when no question is open.
pub(crate) fn labels(flows: &FlowSet, state: &State, context: &Context, name: &str) -> Vec<String> {
    let run = Run::new(flows, state.clone(), &Input::Alarm, &[], context);
    let Some(asking) = run.open_line().and_then(|(line, _)| line.step.asking()) else { return Vec::new() };
    let own = [run.option(&asking.message, name)];
    let yes_no = run.yes_no_options(&asking.message);
    let options = yes_no.into_iter().filter(|option| option.id == name).chain(own);
    let labels = options.flat_map(|option| [option.button, Some(option.label)]);
    labels.flatten().collect()
}

/// The words that begin a flow, as a person of this language would write the first of them; `None` where any words do.
pub(crate) fn start_word(flows: &FlowSet, flow: &str, language: &str) -> Option<String> {
    let flow = flows.flow(flow).filter(|flow| flow.start.words)?;
    flow.texts(language)?.words("start.words").into_iter().next()
}

/// What the row that turns the page says.
pub(crate) fn more(flows: &FlowSet, state: &State, context: &Context) -> [String; 2] {
    let run = Run::new(flows, state.clone(), &Input::Alarm, &[], context);
    let texts = &run.own_texts().texts;
    [texts.more.to_owned(), texts.first.to_owned()]
}
