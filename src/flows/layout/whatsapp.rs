//! WhatsApp: up to three short options are buttons, up to ten a list, more are turned over in pages; what fits none is numbered text.
//!
//! Limits: Meta, interactive reply buttons and interactive list messages. A message over a limit is refused whole, so nothing here may be.

use super::measure::{cut, split, units};
use super::{Laid, MORE, MORE_ROW, Opt, Prompt, numbered};
use crate::domain::{Button, Content, ListRow};

const BUTTONS_MAX: usize = 3;
pub(crate) const BUTTONS_TEXT_UNITS: usize = 1_024;
const ROWS_MAX: usize = 10;
pub(crate) const ID_UNITS: usize = 200;
/// A reply button's title, and the title of the button that opens a list.
pub(crate) const BUTTON_UNITS: usize = 20;
/// A list row's title.
pub(crate) const TITLE_UNITS: usize = 24;
/// A list row's description.
pub(crate) const NOTE_UNITS: usize = 72;
/// Fixed options stand on every page of a long list if there are at most so many.
const FIXED_ON_EVERY_PAGE: usize = 4;

pub(super) fn lay_out(prompt: Prompt<'_>) -> Laid {
    if prompt.options.is_empty() || !prompt.options.iter().all(|option| fits(option, prompt.mark)) {
        return numbered::lay_out(prompt, numbered::TEXT_UNITS);
    }
    if are_buttons(prompt.options) { buttons(&prompt) } else { list(&prompt) }
}

/// Whether an option can be a row at all. A label over the limit is cut if its whole text can stand below it.
fn fits(option: &Opt, mark: &str) -> bool {
    let label = units(&option.label);
    let shown = label <= TITLE_UNITS || (label <= NOTE_UNITS && option.note.is_none());
    label > 0 && shown && units(&option.id) + units(mark) <= ID_UNITS
}

fn button_title(option: &Opt) -> &str {
    option.button.as_deref().unwrap_or(&option.label)
}

/// Buttons show no notes, and WhatsApp wants their titles to differ.
pub(crate) fn are_buttons(options: &[Opt]) -> bool {
    options.len() <= BUTTONS_MAX
        && options
            .iter()
            .all(|option| option.note.is_none() && (1..=BUTTON_UNITS).contains(&units(button_title(option))))
        && options
            .iter()
            .enumerate()
            .all(|(n, option)| options[..n].iter().all(|other| button_title(other) != button_title(option)))
}

fn buttons(prompt: &Prompt<'_>) -> Laid {
    let buttons = prompt
        .options
        .iter()
        .map(|option| Button { id: [prompt.mark, &option.id].concat(), title: button_title(option).to_owned() })
        .collect();
    let (mut contents, text) = body(&prompt.text, BUTTONS_TEXT_UNITS);
    contents.push(Content::Buttons { text, buttons, footer: None });
    Laid { contents, rows: (0..prompt.options.len() as u8).collect(), pages: 1, ..Laid::default() }
}

fn list(prompt: &Prompt<'_>) -> Laid {
    let (shown, page, pages) = page(prompt.options, prompt.page);
    let last = usize::from(page) + 1 == pages;
    let rows = shown
        .iter()
        .map(|n| match prompt.options.get(usize::from(*n)) {
            Some(option) => row(option, prompt.mark),
            None => ListRow {
                id: format!("{}{MORE}", prompt.mark),
                title: if last { prompt.language.texts.first } else { prompt.language.texts.more }.to_owned(),
                note: None,
            },
        })
        .collect();
    let (mut contents, text) = body(&prompt.text, numbered::TEXT_UNITS);
    contents.push(Content::List { text, button: cut(prompt.open, BUTTON_UNITS), rows, footer: None });
    Laid { contents, rows: shown, page, pages, ..Laid::default() }
}

fn row(option: &Opt, mark: &str) -> ListRow {
    let whole = (units(&option.label) > TITLE_UNITS).then(|| option.label.to_string());
    let note = whole.or_else(|| option.note.as_ref().map(|note| cut(note, NOTE_UNITS)));
    ListRow { id: [mark, &option.id].concat(), title: cut(&option.label, TITLE_UNITS), note }
}

/// The rows of a page; the page, which starts again from the first after the last; and how many there are.
fn page(options: &[Opt], page: u8) -> (Vec<u8>, u8, usize) {
    if options.len() <= ROWS_MAX {
        return ((0..options.len() as u8).collect(), 0, 1);
    }
    let moving = options.iter().take_while(|option| option.id.starts_with('=')).count();
    let fixed = options.len() - moving;
    let (moving, fixed) = if fixed <= FIXED_ON_EVERY_PAGE { (moving, fixed) } else { (options.len(), 0) };
    let room = ROWS_MAX - 1 - fixed;
    let pages = moving.div_ceil(room).max(1);
    let page = usize::from(page) % pages;
    let from = page * room;
    let mut rows: Vec<u8> = (from..moving.min(from + room)).map(|n| n as u8).collect();
    rows.extend((moving..moving + fixed).map(|n| n as u8));
    if pages > 1 {
        rows.push(MORE_ROW);
    }
    (rows, page as u8, pages)
}

/// The last piece of a text is the body of the interactive message, the ones before it leave as texts.
fn body(text: &str, most: usize) -> (Vec<Content>, String) {
    let mut pieces = split(text, most);
    let last = pieces.pop().unwrap_or_else(|| "…".to_owned());
    (pieces.into_iter().map(|text| Content::Text { text, preview: false }).collect(), last)
}
