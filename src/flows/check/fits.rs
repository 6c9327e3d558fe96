//! That every prompt and message fits each channel of its flow in every language, with the longest data that is declared.
//!
//! What a channel shows is laid out as the machine does it, and measured: a question stands on a USSD screen with its first option, no option
//! is cut, and the pages of a prompt and the segments of an SMS
//! stay within what the flow allows. What stands before a question on the same screen is measured with it: the texts of a question that is
//! asked again, and what is surely said directly before it.

use std::fmt::Write as _;

use smol_str::{SmolStr, format_smolstr};

use super::Check;
use crate::flows::definition::{Line, Spot};
use crate::flows::expression::Kind;
use crate::flows::layout::{self, BUTTONS_TEXT_UNITS, ID_UNITS, MARK_UNITS, Opt, Prompt, TEXT_UNITS, gsm, units};
use crate::flows::messages::{Entry, Texts};
use crate::flows::mistake::At;
use crate::flows::operation::Type;
use crate::flows::reader::{PAGES_MAX, SEGMENTS_MAX};
use crate::flows::turn::{Channel, Screen};
use crate::flows::value::{Row, Value};

/// Longest piece of a text that a mistake quotes.
const QUOTED_CHARS: usize = 120;

/// A prompt or message to be measured in one language.
#[derive(Debug, Clone, Copy)]
pub(super) struct Measured<'m> {
    pub texts: &'m Texts,
    pub id: &'m str,
    pub line: &'m Line,
}

impl Check<'_> {
    pub(super) fn fits(&mut self) {
        for (spot, line) in self.lines() {
            for texts in &self.flow.texts {
                for needs in line.step.needs() {
                    let measured = Measured { texts, id: &needs.message, line };
                    if !texts.has(measured.id) {
                        continue;
                    }
                    let asks = line.step.asking().is_some_and(|asking| asking.message == needs.message);
                    if asks || needs.prompt {
                        let labels = if needs.prompt { &needs.labels[..] } else { &[] };
                        self.question_fits(measured, labels);
                        self.leads_fit(measured, spot, &needs.labels, labels);
                    } else if needs.valued {
                        self.message_fits(measured);
                    }
                    let meanwhile = format!("{}.meanwhile", needs.message);
                    if line.step.waits() && texts.has(&meanwhile) {
                        self.message_fits(Measured { id: &meanwhile, ..measured });
                    }
                }
            }
        }
        for texts in &self.flow.texts {
            self.plain_letters(texts);
        }
    }

    pub(super) fn speaks(&self, channel: Channel) -> bool {
        self.flow.channels.iter().any(|name| name == channel.as_str())
    }

    /// The entry that a channel shows, and its longest text.
    pub(super) fn shown(&self, of: Measured<'_>, channel: Channel) -> Option<(At, String, String)> {
        let own: &[&str] = match channel {
            Channel::WhatsApp => &[],
            Channel::Ussd => &["plain"],
            Channel::Sms => &["sms", "plain"],
        };
        let keys = own.iter().map(|name| format!("{}.{name}", of.id)).find(|key| of.texts.has(key));
        let key = keys.unwrap_or_else(|| of.id.to_owned());
        let at = of.texts.entries.iter().find(|entry| entry.key() == key).map(|entry| entry.at)?;
        let text = self.longest(of.texts, &key)?;
        Some((at, key, text))
    }

    fn message_fits(&mut self, of: Measured<'_>) {
        // On WhatsApp a long text leaves in pieces.
        if self.speaks(Channel::Ussd)
            && let Some((at, key, text)) = self.shown(of, Channel::Ussd)
        {
            let pages = layout::pages_of(&text, &Screen::default(), of.texts.language);
            self.pages(of, at, &key, &text, pages);
        }
        if self.speaks(Channel::Sms)
            && let Some((at, key, text)) = self.shown(of, Channel::Sms)
        {
            let contents = layout::text(Channel::Sms, &text, self.flow.head.sms);
            self.segments(of, at, &key, &text, layout::segments(&contents));
        }
    }

    fn question_fits(&mut self, of: Measured<'_>, labels: &[String]) {
        let options = self.options(of, labels, true);
        if self.speaks(Channel::WhatsApp) {
            if layout::are_buttons(&options) {
                self.body(of, BUTTONS_TEXT_UNITS, "a WhatsApp message with buttons");
            } else {
                self.body(of, TEXT_UNITS, "a WhatsApp message");
            }
            self.ids(of);
        }
        if self.speaks(Channel::Ussd)
            && let Some((at, key, text)) = self.shown(of, Channel::Ussd)
        {
            self.screen(of, at, &key, &text, &options);
            self.lines_on_screen(of, &options);
            let alike = self.options(of, labels, false);
            let pages = [&options, &alike].map(|options| laid(of.texts, Channel::Ussd, &text, options, self).pages);
            self.pages(of, at, &key, &text, pages[0].max(pages[1]));
        }
        if self.speaks(Channel::Sms)
            && let Some((at, key, text)) = self.shown(of, Channel::Sms)
        {
            let segments = laid(of.texts, Channel::Sms, &text, &options, self).segments;
            self.segments(of, at, &key, &text, segments);
        }
    }

    /// A question with what stands before it on USSD and SMS: each of its own texts for an answer that cannot be taken, and what is said
    /// directly before it. `named` are its labels, or its rules where no option has a label.
    fn leads_fit(&mut self, of: Measured<'_>, spot: Spot, named: &[String], labels: &[String]) {
        let again = |entry: &&Entry| {
            let attribute = entry.attribute.as_deref().unwrap_or_default();
            let rule = labels.is_empty() && named.iter().any(|name| name == attribute);
            entry.id == of.id
                && (rule || matches!(attribute, "low" | "high" | "again") || attribute.starts_with("again-"))
        };
        let own = of.texts.entries.iter().filter(again);
        let mut leads: Vec<(At, String, [Option<String>; 2])> = Vec::new();
        for entry in own {
            let text = self.longest(of.texts, &entry.key());
            leads.push((entry.at, format!("{} with its question", entry.key()), [text.clone(), text]));
        }
        if let Some(said) = self.said_before(of.texts, spot) {
            let at = of.texts.entries.iter().find(|entry| entry.key() == of.id).map(|entry| entry.at);
            leads.extend(at.map(|at| (at, format!("{} with what is said before it", of.id), said)));
        }
        let options = self.options(of, labels, true);
        let laid = |channel: Channel, lead: &str, check: &Self| {
            let (_, _, text) = check.shown(of, channel)?;
            Some(layout::prompt(channel, Prompt { lead, ..prompt(of.texts, &text, &options, check) }))
        };
        for (at, key, [screen, message]) in leads {
            if self.speaks(Channel::Ussd)
                && let Some(lead) = screen
                && let Some((alone, with)) = laid(Channel::Ussd, "", self).zip(laid(Channel::Ussd, &lead, self))
                && alone.pages <= usize::from(self.flow.head.ussd_pages.0)
            {
                self.pages(of, at, &key, &lead, with.pages);
            }
            if self.speaks(Channel::Sms)
                && let Some(lead) = message
                && let Some((alone, with)) = laid(Channel::Sms, "", self).zip(laid(Channel::Sms, &lead, self))
                && alone.segments <= usize::from(self.flow.head.sms.segments)
            {
                self.segments(of, at, &key, &lead, with.segments);
            }
        }
    }

    /// What the steps directly before a question surely say, as a screen and an SMS show it. A text that does not fit alone is told of
    /// alone.
    fn said_before(&self, texts: &Texts, spot: Spot) -> Option<[Option<String>; 2]> {
        let lines = self.flow.blocks.get(spot.block)?.lines.get(..spot.index)?;
        let says = lines.iter().rev().take_while(|line| line.verb == "say" && line.guard.is_none());
        let mut says: Vec<&Line> = says.collect();
        says.reverse();
        if says.is_empty() {
            return None;
        }
        let fits = |channel: Channel, text: &str| {
            if channel == Channel::Ussd {
                let pages = layout::pages_of(text, &Screen::default(), texts.language);
                return pages <= usize::from(self.flow.head.ussd_pages.0);
            }
            let contents = layout::text(channel, text, self.flow.head.sms);
            layout::segments(&contents) <= usize::from(self.flow.head.sms.segments)
        };
        let said = |channel: Channel| {
            let needs = says.iter().flat_map(|line| line.step.needs().into_iter().map(move |needs| (*line, needs)));
            let said: Option<Vec<String>> = needs
                .map(|(line, needs)| {
                    let (_, _, text) = self.shown(Measured { texts, id: &needs.message, line }, channel)?;
                    Some(text).filter(|text| fits(channel, text))
                })
                .collect();
            said.map(|said| said.join("\n\n"))
        };
        Some([said(Channel::Ussd), said(Channel::Sms)])
    }

    /// All options of a question: rows as many and as long as they may be, then the fixed ones.
    pub(super) fn options(&self, of: Measured<'_>, labels: &[String], differ: bool) -> Vec<Opt> {
        let rows = of.line.step.rows_from().map(|from| self.longest_rows(from, differ)).unwrap_or_default();
        let field = |row: &Row, name: &str| row.get(name).and_then(Value::as_text).map(SmolStr::new);
        let rows = rows.iter().enumerate().map(|(n, row)| Opt {
            id: format_smolstr!("={n}"),
            label: field(row, "label").unwrap_or_default(),
            button: None,
            note: field(row, "note"),
            key: None,
        });
        let fixed = labels.iter().map(|name| {
            let text = |suffix: &str| self.longest(of.texts, &format!("{}.{name}{suffix}", of.id)).map(SmolStr::from);
            Opt {
                id: name.into(),
                label: text("").unwrap_or_else(|| name.into()),
                button: text("-button"),
                note: text("-note"),
                key: of.line.step.fixed_key(name),
            }
        });
        let yes_no = of.line.step.yields().iter().any(|(_, kind)| *kind == Kind::YesNo) && labels.is_empty();
        let own = &of.texts.language.texts;
        let answers = [("yes", own.yes), ("no", own.no)].into_iter().filter(|_| yes_no).map(|(name, label)| Opt {
            id: name.into(),
            label: self.longest(of.texts, &format!("{}.{name}", of.id)).map_or_else(|| label.into(), SmolStr::from),
            button: None,
            note: None,
            key: None,
        });
        rows.chain(fixed).chain(answers).collect()
    }

    fn body(&mut self, of: Measured<'_>, most: usize, place: &str) {
        let Some((at, key, text)) = self.shown(of, Channel::WhatsApp) else { return };
        let found = units(&text);
        if found > most {
            let what = format!("{key} has {found} characters, {place} allows {most}");
            self.add_to(of.texts, at, what, cause(of.texts, &key, &text), "shorten it, or say part of it before");
        }
    }

    /// Ids of rows, with the mark of the prompt before them.
    fn ids(&mut self, of: Measured<'_>) {
        let Some(from) = of.line.step.rows_from() else { return };
        let Some(Type::Rows { fields, .. }) = self.declared(from) else { return };
        let id = fields.iter().find(|field| field.name == "id").map(|field| field.kind);
        let Some(Type::Text { chars_max }) = id else { return };
        let found = usize::from(chars_max) + 1 + MARK_UNITS;
        if found > ID_UNITS {
            let what = format!(
                "the ids of {from} have up to {chars_max} characters, a WhatsApp row allows {}",
                ID_UNITS - 1 - MARK_UNITS
            );
            self.add(of.line.at, what, "its signature says so", "give its rows shorter ids");
        }
    }

    /// The question with its first option on one screen, or alone if it has none.
    fn screen(&mut self, of: Measured<'_>, at: At, key: &str, text: &str, options: &[Opt]) {
        let (found, most) = layout::first_page(&prompt(of.texts, text, options, self));
        if found > most {
            let (with, room) = if options.is_empty() {
                ("", "a USSD screen")
            } else {
                (" with its first option", "a USSD screen with its keys")
            };
            let what = format!("{key} takes {found} characters{with}, {room} holds {most}");
            self.add_to(of.texts, at, what, cause(of.texts, key, &gsm::plain(text)), mend(of.id, key));
        }
    }

    /// No label is cut on a screen.
    fn lines_on_screen(&mut self, of: Measured<'_>, options: &[Opt]) {
        let (long, most) = layout::longest_line(&prompt(of.texts, "", options, self));
        let Some((n, found)) = long.filter(|(_, found)| *found > most) else { return };
        let Some(option) = options.get(n) else { return };
        let holds = format!("a line on a USSD screen holds {most}");
        let label = quoted(&gsm::plain(&option.label));
        if option.id.starts_with('=') {
            let what = format!(
                "the rows of {} take {found} characters, {holds}",
                of.line.step.rows_from().unwrap_or_default()
            );
            self.add(of.line.at, what, label, "declare shorter labels in its signature");
            return;
        }
        let key = format!("{}.{}", of.id, option.id);
        let at = of
            .texts
            .entries
            .iter()
            .find(|entry| entry.key() == key)
            .map_or(At { line: 1, column: 1 }, |entry| entry.at);
        let mend = format!("shorten it, or give .{}-button", option.id);
        self.add_to(of.texts, at, format!("{key} takes {found} characters, {holds}"), label, mend);
    }

    fn pages(&mut self, of: Measured<'_>, at: At, key: &str, text: &str, found: usize) {
        let most = usize::from(self.flow.head.ussd_pages.0);
        if found > most {
            let what = format!("{key} takes {found} pages on USSD, the flow allows {most}");
            let mut mend = mend(of.id, key);
            if of.line.step.asking().is_some() {
                mend.push_str(", or offer less");
            }
            if found <= PAGES_MAX {
                let _ = write!(mend, ", or write ussd: {{pages: {found}}}");
            }
            self.add_to(of.texts, at, what, cause(of.texts, key, &gsm::plain(text)), mend);
        }
    }

    fn segments(&mut self, of: Measured<'_>, at: At, key: &str, text: &str, found: usize) {
        let most = usize::from(self.flow.head.sms.segments);
        if found > most {
            let (encoding, length) = gsm::length(text);
            let counted = match encoding {
                gsm::Encoding::Gsm7 => format!("{length} characters"),
                gsm::Encoding::Ucs2 => format!("{length} characters, with letters that phones lack"),
            };
            let what = format!("{key} takes {found} SMS, the flow allows {most}");
            let with_others = key.contains(' ');
            let mut mend = if with_others { "shorten it" } else { "shorten it, or give .sms" }.to_owned();
            if found <= SEGMENTS_MAX {
                let _ = write!(mend, ", or write sms: {{segments: {found}}}");
            }
            self.add_to(of.texts, at, what, format!("{}: {counted}", cause(of.texts, key, text)), mend);
        }
    }

    /// `.plain` is what phones show as it stands.
    fn plain_letters(&mut self, texts: &Texts) {
        let plain: Vec<&Entry> =
            texts.entries.iter().filter(|entry| entry.attribute.as_deref() == Some("plain")).collect();
        for entry in plain {
            let Some(text) = self.longest(texts, &entry.key()) else { continue };
            let Some(letter) = text.chars().find(|letter| gsm::code(*letter).is_none()) else { continue };
            let what = format!("{} has the letter \"{letter}\", which phones lack", entry.key());
            let instead = gsm::plain(letter.encode_utf8(&mut [0; 4])).into_owned();
            let mend = if instead.is_empty() { "remove it".to_owned() } else { format!("write {instead}") };
            self.add_to(texts, entry.at, what, quoted(&text), mend);
        }
    }
}

pub(super) fn prompt<'p>(texts: &'p Texts, text: &str, options: &'p [Opt], check: &Check<'_>) -> Prompt<'p> {
    static SCREEN: std::sync::LazyLock<Screen> = std::sync::LazyLock::new(Screen::default);
    Prompt {
        lead: "",
        text: text.to_owned(),
        options,
        page: 0,
        previous: true,
        open: texts.language.texts.open,
        language: texts.language,
        mark: "",
        screen: &SCREEN,
        sms: check.flow.head.sms,
    }
}

fn laid(texts: &Texts, channel: Channel, text: &str, options: &[Opt], check: &Check<'_>) -> layout::Laid {
    layout::prompt(channel, prompt(texts, text, options, check))
}

fn mend(id: &str, key: &str) -> String {
    if key == id { "shorten it, or give .plain".to_owned() } else { "shorten it".to_owned() }
}

/// The text that was measured.
fn cause(texts: &Texts, key: &str, text: &str) -> String {
    let own = key.split(' ').next().unwrap_or(key);
    let with = if texts.plain(own).is_some() { "" } else { " with the longest values" };
    format!("{}{with}", quoted(text))
}

fn quoted(text: &str) -> String {
    let line = text.lines().map(str::trim).collect::<Vec<_>>().join(" / ");
    if line.chars().count() <= QUOTED_CHARS {
        return format!("\"{line}\"");
    }
    format!("\"{}…\"", line.chars().take(QUOTED_CHARS).collect::<String>())
}
