//! For those who play a person, tests and the terminal: what the open question offers, which steps a turn reached, and sessions that begin
//! in the middle.

use super::run::Run;
use super::state::{Frame, State};
use crate::flows::definition::{Flow, FlowSet, Line, Spot};
use crate::flows::expression::Kind;
use crate::flows::turn::{Answer, Context, Input, Question, Turn};
use crate::flows::value::{Row, Value};

/// The steps a turn reached: flow and step.
type Reached = Vec<(String, String)>;

/// `advance`, and the steps it reached.
pub(crate) fn advance_traced(
    flows: &FlowSet,
    state: &State,
    input: &Input,
    answers: &[Answer],
    context: &Context,
) -> (Turn, Reached) {
    let mut run = Run::new(flows, state.clone(), input, answers, context);
    run.trace = Some(Vec::new());
    let asked = run.hear(input);
    finish(run, asked)
}

/// Goes on at the first step of a scene of the open flow.
pub(crate) fn begin_at(
    flows: &FlowSet,
    state: &State,
    scene: &str,
    answers: &[Answer],
    context: &Context,
) -> (Turn, Reached) {
    let mut run = Run::new(flows, state.clone(), &Input::Alarm, answers, context);
    run.trace = Some(Vec::new());
    let block = run.flow().and_then(|flow| flow.scene(scene)).map_or(0, |scene| scene.block);
    let mut here = Spot { block, index: 0 };
    let then = run.arrive(here, &mut here);
    let asked = run.walk(then, here);
    finish(run, asked)
}

fn finish(mut run: Run<'_>, asked: Option<Question>) -> (Turn, Reached) {
    let owned = |(flow, step): (&str, &str)| (flow.to_owned(), step.to_owned());
    let reached = run.trace.take().unwrap_or_default().into_iter().map(owned).collect();
    match asked {
        Some(question) => (Turn::Ask(vec![question]), reached),
        None => (Turn::Done(Box::new(run.done())), reached),
    }
}

/// A session in the middle of `flow` with these values; `caller` is the scene of another flow that has called it. The error says what is
/// missing.
pub(crate) fn middle(
    flows: &FlowSet,
    state: &State,
    (flow, scene): (&str, &str),
    values: &Row,
    caller: Option<&str>,
) -> Result<State, String> {
    let called = flows.flow(flow).ok_or_else(|| format!("there is no flow \"{flow}\""))?;
    called.scene(scene).ok_or_else(|| format!("{flow} has no scene \"{scene}\""))?;
    let mut state = state.clone();
    state.stack.clear();
    if let Some(scene) = caller {
        let (calling, at) = flows
            .flows
            .iter()
            .find_map(|calling| Some((calling, call_in(calling, scene, flow)?)))
            .ok_or_else(|| format!("no scene \"{scene}\" of any flow calls {flow}"))?;
        state.stack.push(Frame { at: at.into(), ..Frame::new(&calling.name, values.clone()) });
    }
    let own = values.iter().map(|(name, value)| (name.clone(), taken(called, name, value))).collect();
    state.stack.push(Frame::new(flow, own));
    Ok(state)
}

/// A flow that takes an id gets the id of a row.
fn taken(flow: &Flow, name: &str, value: &Value) -> Value {
    let kind = flow.takes.iter().find(|(known, _)| known == name).map(|(_, kind)| Kind::from(*kind));
    match (kind, value.field("id")) {
        (Some(Kind::Whole | Kind::Text), Some(id)) => id.clone(),
        _ => value.clone(),
    }
}

/// The step of a scene that calls `callee`.
fn call_in(flow: &Flow, scene: &str, callee: &str) -> Option<String> {
    let begin = format!("{scene}.");
    let mut lines = flow.blocks.iter().flat_map(|block| &block.lines);
    let calls =
        |line: &&Line| line.id.starts_with(&begin) && line.step.callee().is_some_and(|known| known.flow == callee);
    lines.find(calls).map(|line| line.id.clone())
}

/// The labels under which the open question shows its fixed option `name`: as a button, and whole. Empty when no question is open.
pub(crate) fn labels(flows: &FlowSet, state: &State, context: &Context, name: &str) -> Vec<String> {
    let run = Run::new(flows, state.clone(), &Input::Alarm, &[], context);
    if let Some(stay) = run.stays_by(name) {
        return vec![stay];
    }
    let Some(asking) = run.open_line().and_then(|(line, _)| line.step.asking()) else { return Vec::new() };
    let own = [run.option(&asking.message, name)];
    let yes_no = run.yes_no_options(&asking.message);
    let options = yes_no.into_iter().filter(|option| option.id == name).chain(own);
    let labels = options.flat_map(|option| [option.button, Some(option.label)]);
    labels.flatten().map(String::from).collect()
}

/// The words that begin a flow, as a person of this language would write the first of them; `None` where any words do.
pub(crate) fn start_word(flows: &FlowSet, flow: &str, language: &str) -> Option<String> {
    let flow = flows.flow(flow).filter(|flow| flow.start.words)?;
    flow.texts(language)?.words("start.words").into_iter().next()
}

/// The code that is dialled to begin a flow.
pub(crate) fn start_code(flows: &FlowSet, flow: &str) -> Option<String> {
    flows.flow(flow)?.start.ussd.as_ref().map(|(_, code)| format!("{code}#"))
}

/// What the row that turns the page says, and the one that goes back to the first page.
pub(crate) fn more(flows: &FlowSet, state: &State, context: &Context) -> [String; 2] {
    let run = Run::new(flows, state.clone(), &Input::Alarm, &[], context);
    let texts = &run.own_texts().texts;
    [texts.more.to_owned(), texts.first.to_owned()]
}
