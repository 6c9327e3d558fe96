//! SMS: what is said and asked in a turn is one message of numbered text, within the flow's budget of segments; more options come on request.
//!
//! Letters that phones lack are replaced as the flow's head says (`sms: {plain: saving}`): by default only where that saves a segment.

use std::borrow::Cow;

use super::lines::{self, Detail};
use super::measure::{split, units};
use super::numbers::{TurnKeys, numbers};
use super::{Laid, Opt, Prompt, gsm};
use crate::domain::Content;

/// Segments of one message: more are refused by many gateways.
const SEGMENTS_MAX: usize = 10;
const TEXT_SEPTETS: usize = SEGMENTS_MAX * 153;
const TEXT_UNITS: usize = SEGMENTS_MAX * 67;

/// How a flow's SMS are written: the head's `sms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SmsStyle {
    /// Segments of one prompt.
    pub segments: u8,
    pub plain: Plain,
}

impl Default for SmsStyle {
    fn default() -> Self {
        Self { segments: 3, plain: Plain::Saving }
    }
}

/// When letters that phones lack are replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plain {
    /// Where that saves segments.
    Saving,
    Always,
    Never,
}

impl Plain {
    pub(crate) const NAMES: [&str; 3] = ["saving", "always", "never"];

    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "saving" => Self::Saving,
            "always" => Self::Always,
            "never" => Self::Never,
            _ => return None,
        })
    }
}

/// A text as the style writes it.
fn written(text: &str, plain: Plain) -> Cow<'_, str> {
    let replaced = gsm::plain(text);
    match plain {
        Plain::Always => replaced,
        Plain::Saving if gsm::segments(&replaced) < gsm::segments(text) => replaced,
        Plain::Saving | Plain::Never => Cow::Borrowed(text),
    }
}

/// The words of a message that was laid out for another channel, with its options numbered in their order: nothing, where it has no words.
pub fn plain_sms(content: &Content) -> Vec<Content> {
    let (text, options): (&str, Vec<&str>) = match content {
        Content::Text { text, .. } | Content::LocationRequest { text } => (text, Vec::new()),
        Content::Buttons { text, buttons, .. } => (text, buttons.iter().map(|button| button.title.as_str()).collect()),
        Content::List { text, rows, .. } => (text, rows.iter().map(|row| row.title.as_str()).collect()),
        Content::Link { text, url, .. } => {
            return texts(&format!("{text}\n{url}"), SmsStyle::default());
        }
        Content::Media { caption, .. } => (caption.as_deref().unwrap_or_default(), Vec::new()),
        Content::Location { name, .. } => (name.as_deref().unwrap_or_default(), Vec::new()),
        Content::Template(_) | Content::Reaction { .. } => return Vec::new(),
    };
    if text.trim().is_empty() {
        return Vec::new();
    }
    let lines = options.iter().zip(1..).map(|(title, number): (_, u16)| format!("\n{number} {title}"));
    texts(&lines.fold(text.to_owned(), |all, line| all + &line), SmsStyle::default())
}

/// A text after which nothing is asked.
pub(super) fn texts(text: &str, style: SmsStyle) -> Vec<Content> {
    let text = written(text.trim(), style.plain);
    let most = match gsm::septets(&text) {
        None => TEXT_UNITS,
        // Letters of the extension table are one unit and two septets.
        Some(septets) if septets > units(&text) => TEXT_SEPTETS / 2,
        Some(_) => TEXT_SEPTETS,
    };
    split(&text, most).into_iter().map(|text| Content::Text { text, preview: false }).collect()
}

pub(super) fn lay_out(prompt: &Prompt<'_>) -> Laid {
    let numbers = numbers(prompt.options);
    let keys = TurnKeys::of(prompt.screen, &numbers);
    let letter = Letter { prompt, head: head(prompt), more: format!("{} {}", keys.more, prompt.language.texts.more) };
    let pages = letter.pages(&letter.lines(&numbers));
    let number = usize::from(prompt.page).min(pages.len() - 1);
    let several = pages.len() > 1;
    let Page { text, from, to } = &pages[number];
    let contents = texts(text, prompt.sms);
    Laid {
        segments: segments(&contents),
        contents,
        rows: (*from..*to).map(|n| n as u8).collect(),
        page: number as u8,
        pages: pages.len(),
        numbered: true,
        more: (number + 1 < pages.len()).then_some(keys.more),
        back: None,
        lead: several.then(|| prompt.lead.to_owned()).filter(|lead| !lead.is_empty()),
    }
}

/// How many SMS messages of text take.
pub(crate) fn segments(contents: &[Content]) -> usize {
    let of = |content: &Content| match content {
        Content::Text { text, .. } => gsm::segments(text),
        _ => 0,
    };
    contents.iter().map(of).sum()
}

fn head(prompt: &Prompt<'_>) -> String {
    [prompt.lead, &prompt.text]
        .map(str::trim)
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect::<Vec<_>>()
        .join("\n\n")
}

#[derive(Debug)]
struct Page {
    text: String,
    from: usize,
    to: usize,
}

/// A prompt on its way to messages.
#[derive(Debug)]
struct Letter<'p> {
    prompt: &'p Prompt<'p>,
    head: String,
    more: String,
}

impl Letter<'_> {
    fn fits(&self, text: &str) -> bool {
        gsm::segments(&written(text, self.prompt.sms.plain)) <= usize::from(self.prompt.sms.segments)
    }

    /// The options' lines: with notes and whole labels if all of it fits, else with less, but so that they can be told apart.
    fn lines(&self, numbers: &[u16]) -> Vec<String> {
        let options: &[Opt] = self.prompt.options;
        let lines = |short, noted| -> Vec<String> {
            let detail = Detail { short, noted };
            numbers.iter().zip(options).map(|(number, option)| lines::line(*number, option, detail)).collect()
        };
        let fits = |lines: &[String]| self.fits(&self.page(&self.head, lines, false));
        let noted = lines::has_notes(options);
        let needed = noted && !lines::labels_differ(options);
        let mut ways = [(false, true), (true, true), (false, false)].into_iter();
        let way = ways.find(|(short, with)| (*with || !needed) && fits(&lines(*short, *with)));
        let (short, with) = way.unwrap_or((true, needed));
        lines(short, with)
    }

    fn page(&self, head: &str, lines: &[String], more: bool) -> String {
        let mut text = head.to_owned();
        let more = more.then_some(&self.more);
        for line in lines.iter().chain(more) {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(line);
        }
        text
    }

    /// Every page has at least one option.
    fn pages(&self, lines: &[String]) -> Vec<Page> {
        let mut pages = Vec::new();
        let mut from = 0;
        loop {
            let head = if pages.is_empty() { self.head.as_str() } else { "" };
            let rest = self.page(head, &lines[from..], false);
            if lines[from..].len() <= 1 || self.fits(&rest) {
                pages.push(Page { text: rest, from, to: lines.len() });
                return pages;
            }
            let mut to = from + 1;
            while to < lines.len() && self.fits(&self.page(head, &lines[from..=to], true)) {
                to += 1;
            }
            pages.push(Page { text: self.page(head, &lines[from..to], true), from, to });
            from = to;
        }
    }
}
