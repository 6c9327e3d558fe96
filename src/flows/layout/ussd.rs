//! USSD: one screen a turn. What is said and asked in a turn becomes pages in the alphabet of phones; a key shows the next page.
//!
//! - The options are numbered, each on a line of its own that no page splits, with the same number on every page.
//! - The question stands on one page with its first option, if they fit on one at all.
//! - Notes stay while the prompt takes at most [`NOTED_PAGES`] pages with them, or where labels alone do not tell the options apart (then no
//!   line takes more than a quarter of a page). Short labels stand where they save a page.
//! - A prompt with options has a key back: to the page before, and from the first page to the question before, if there is one.

use std::borrow::Cow;

use super::lines::{self, Detail};
use super::numbers::{TurnKeys, numbers};
use super::{Laid, Opt, Prompt, gsm};
use crate::domain::Content;
use crate::flows::languages::Language;
use crate::flows::turn::Screen;

/// What a screen may hold (3GPP TS 23.038: 182 septets in the 160 octets of a USSD string).
const CHARS_MAX: u16 = 182;
/// Below this a page of options would hold little but its keys.
const CHARS_MIN: u16 = 120;
/// Pages with notes.
const NOTED_PAGES: usize = 3;
/// Lines with notes that a page must have room for where labels are the same.
const NOTED_LINES: usize = 4;
/// What is said before a question, and a question itself, are cut here: nobody turns twenty pages.
const TEXT_SEPTETS_MAX: usize = 1_200;
/// The part of a line that is cut off is replaced by this.
const CUT: &str = "..";

/// One screen.
#[derive(Debug)]
struct Page {
    text: String,
    /// Places of the options shown.
    from: usize,
    to: usize,
    more: bool,
    back: bool,
}

pub(super) fn lay_out(prompt: &Prompt<'_>) -> Laid {
    let lead = fitted(prompt.lead);
    let text = fitted(&prompt.text);
    let numbers = numbers(prompt.options);
    let turns = Turns::of(prompt.screen, &numbers, prompt.language);
    let sheet = Sheet { lead: &lead, text: &text, turns: &turns, previous: prompt.previous };
    let pages = sheet.pages(&sheet.lines(prompt.options, &numbers));
    let number = usize::from(prompt.page).min(pages.len() - 1);
    let several = pages.len() > 1;
    let page = &pages[number];
    let contents = Some(&page.text).filter(|text| !text.is_empty());
    Laid {
        contents: contents.map(|text| Content::Text { text: text.clone(), preview: false }).into_iter().collect(),
        rows: (page.from..page.to).map(|n| n as u8).collect(),
        page: number as u8,
        numbered: true,
        pages: pages.len(),
        segments: 0,
        more: page.more.then(|| turns.keys.more.clone()),
        back: page.back.then(|| turns.keys.back.clone()),
        lead: several.then(|| lead.clone()).filter(|lead| !lead.is_empty()),
    }
}

/// The first screen of a text after which nothing is asked, and what is left of it with the key that shows it.
pub(crate) fn screen(text: &str, screen: &Screen, language: &Language) -> (String, Option<(String, String)>) {
    let text = gsm_lines(text);
    let turns = Turns::of(screen, &[], language);
    if gsm::fitting(&text, turns.chars) == text.len() {
        return (text, None);
    }
    let at = break_at(&text, turns.chars - turns.more_septets());
    let rest = text[at..].trim_start().to_owned();
    (format!("{}\n{}", text[..at].trim_end(), turns.more), Some((rest, turns.keys.more)))
}

/// Whether a text with its question fits on a page with its first option, and the septets of both and of a page; for `check`.
pub(crate) fn first_page(prompt: &Prompt<'_>) -> (usize, usize) {
    let numbers = numbers(prompt.options);
    let turns = Turns::of(prompt.screen, &numbers, prompt.language);
    let text = gsm_lines(&prompt.text);
    let detail = Detail { short: true, noted: false };
    let option = prompt.options.first().zip(numbers.first()).map(|(option, number)| {
        let line = lines::line(*number, option, detail);
        1 + turns.septets(&gsm::plain(&line))
    });
    let keys = if prompt.options.is_empty() { 0 } else { turns.more_septets() + turns.back_septets() };
    (turns.septets(&text) + option.unwrap_or(0), turns.chars - keys)
}

/// How many screens a text takes after which nothing is asked; for `check`.
pub(crate) fn pages_of(text: &str, on: &Screen, language: &Language) -> usize {
    let mut pages = 1;
    let mut rest = screen(text, on, language).1;
    while let Some((text, _)) = rest {
        pages += 1;
        rest = screen(&text, on, language).1;
    }
    pages
}

/// The place and the septets of the longest option line without its note, and the septets a line may take; for `check`.
pub(crate) fn longest_line(prompt: &Prompt<'_>) -> (Option<(usize, usize)>, usize) {
    let numbers = numbers(prompt.options);
    let turns = Turns::of(prompt.screen, &numbers, prompt.language);
    let detail = Detail { short: true, noted: false };
    let lines = numbers.iter().zip(prompt.options).map(|(number, option)| lines::line(*number, option, detail));
    let long = lines.map(|line| turns.septets(&gsm::plain(&line))).enumerate().max_by_key(|(_, septets)| *septets);
    (long, turns.line_room())
}

/// The keys with their labels, and the room there is.
#[derive(Debug)]
struct Turns {
    keys: TurnKeys,
    more: String,
    back: String,
    chars: usize,
}

impl Turns {
    fn of(screen: &Screen, numbers: &[u16], language: &Language) -> Self {
        let keys = TurnKeys::of(screen, numbers);
        let more = format!("{} {}", keys.more, gsm::plain(language.texts.more));
        let back = format!("{} {}", keys.back, gsm::plain(language.texts.back));
        Self { keys, more, back, chars: usize::from(screen.chars.clamp(CHARS_MIN, CHARS_MAX)) }
    }

    fn septets(&self, text: &str) -> usize {
        gsm::septets(text).unwrap_or(self.chars + 1)
    }

    /// What a page has for options when both keys stand on it.
    fn line_room(&self) -> usize {
        self.chars - self.more_septets() - self.back_septets()
    }

    /// With the line's end before it.
    fn more_septets(&self) -> usize {
        1 + self.septets(&self.more)
    }

    fn back_septets(&self) -> usize {
        1 + self.septets(&self.back)
    }
}

/// What is to be laid out.
#[derive(Debug, Clone, Copy)]
struct Sheet<'s> {
    lead: &'s str,
    text: &'s str,
    turns: &'s Turns,
    previous: bool,
}

impl Sheet<'_> {
    /// The lines of the options, as much of them as the pages allow.
    fn lines(&self, options: &[Opt], numbers: &[u16]) -> Vec<String> {
        let room = self.turns.line_room();
        let lines = |short, noted, most| -> Vec<String> {
            let detail = Detail { short, noted };
            let lines = numbers.iter().zip(options).map(|(number, option)| lines::line(*number, option, detail));
            lines.map(|line| cut(&gsm::plain(&line), most).into_owned()).collect()
        };
        let mut noted = lines::has_notes(options);
        let mut most = room;
        if noted && self.pages(&lines(true, true, room)).len() > NOTED_PAGES {
            noted = !lines::labels_differ(options);
            if noted {
                most = (room - (NOTED_LINES - 1)) / NOTED_LINES;
            }
        }
        let full = lines(false, noted, most);
        let short = lines(true, noted, most);
        if full == short || self.pages(&full).len() <= self.pages(&short).len() { full } else { short }
    }

    fn pages(&self, lines: &[String]) -> Vec<Page> {
        let mut pages = Vec::new();
        let mut rest = Rest { lead: self.lead, text: self.text, lines, from: 0 };
        loop {
            let back = !lines.is_empty() && (self.previous || !pages.is_empty());
            let room = self.turns.chars - if back { self.turns.back_septets() } else { 0 };
            let mut page = Filled { text: String::new(), left: room, turns: self.turns };
            let from = rest.from;
            let more = !rest.fits(room, self.turns);
            if more {
                page.left -= self.turns.more_septets();
            }
            rest.fill(&mut page);
            let Filled { mut text, .. } = page;
            for (shown, label) in [(back, &self.turns.back), (more, &self.turns.more)] {
                if shown {
                    text.push('\n');
                    text.push_str(label);
                }
            }
            pages.push(Page { text, from, to: rest.from, more, back });
            if !more {
                return pages;
            }
        }
    }
}

/// A page being filled.
#[derive(Debug)]
struct Filled<'t> {
    text: String,
    left: usize,
    turns: &'t Turns,
}

impl Filled<'_> {
    /// What a text would take here, with the line's end before it.
    fn cost(&self, text: &str) -> usize {
        self.turns.septets(text) + usize::from(!self.text.is_empty())
    }

    fn put(&mut self, text: &str) {
        let cost = self.cost(text);
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text.push_str(text);
        self.left = self.left.saturating_sub(cost);
    }
}

/// What no page has yet.
#[derive(Debug)]
struct Rest<'s> {
    lead: &'s str,
    text: &'s str,
    lines: &'s [String],
    from: usize,
}

impl Rest<'_> {
    fn fits(&self, room: usize, turns: &Turns) -> bool {
        let texts = [self.lead, self.text].into_iter().filter(|text| !text.is_empty());
        let all = texts.chain(self.lines[self.from..].iter().map(String::as_str));
        all.map(|text| turns.septets(text) + 1).sum::<usize>() <= room + 1
    }

    fn fill(&mut self, page: &mut Filled<'_>) {
        let whole = page.left;
        if !put_text(&mut self.lead, page) {
            return;
        }
        if !self.text.is_empty() {
            let option = self.lines.get(self.from).map_or(0, |line| 1 + page.turns.septets(line));
            let together = page.turns.septets(self.text) + option;
            // Parted from its first option only if no page could hold both.
            if !page.text.is_empty()
                && together + 1 > page.left
                && together <= whole.saturating_sub(page.turns.back_septets())
            {
                return;
            }
            if !put_text(&mut self.text, page) {
                return;
            }
        }
        while let Some(line) = self.lines.get(self.from) {
            if page.cost(line) > page.left && !page.text.is_empty() {
                return;
            }
            page.put(line);
            self.from += 1;
        }
    }
}

/// Puts a text, or as much of it as the page takes; whether all of it stands there now.
fn put_text(text: &mut &str, page: &mut Filled<'_>) -> bool {
    if text.is_empty() {
        return true;
    }
    if page.cost(text) <= page.left {
        page.put(text);
        *text = "";
        return true;
    }
    // A few letters at the foot of a page are not worth their place.
    let room = page.left.saturating_sub(usize::from(!page.text.is_empty()));
    if page.text.is_empty() || room >= page.turns.chars / 4 {
        let at = break_at(text, room);
        page.put(text[..at].trim_end());
        *text = text[at..].trim_start();
    }
    false
}

/// Where to part a text that is longer than so many septets: at a line's end or a space in the second half, else where it is full.
fn break_at(text: &str, most: usize) -> usize {
    let end = gsm::fitting(text, most);
    // The space after the last word that fits takes no room.
    if text[end..].starts_with(['\n', ' ']) {
        return end;
    }
    let head = &text[..end];
    let good = |at: &usize| *at >= end / 2;
    head.rfind('\n').filter(good).or_else(|| head.rfind(' ').filter(good)).unwrap_or(end)
}

fn cut(text: &str, most: usize) -> Cow<'_, str> {
    if gsm::fitting(text, most) == text.len() {
        return Cow::Borrowed(text);
    }
    let end = gsm::fitting(text, most.saturating_sub(CUT.len()));
    Cow::Owned(format!("{}{CUT}", text[..end].trim_end()))
}

fn fitted(text: &str) -> String {
    cut(&gsm_lines(text), TEXT_SEPTETS_MAX).into_owned()
}

/// A text in the alphabet of phones, without what only takes room: empty lines, spaces in a row.
fn gsm_lines(text: &str) -> String {
    let plain = gsm::plain(text);
    let lines = plain.split(['\n', '\r', '\u{c}']).map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}
