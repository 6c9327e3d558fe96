//! How large every question with options becomes on each channel in each language, with the longest data that is declared.

use super::Check;
use super::fits::{Measured, prompt};
use crate::domain::Content;
use crate::flows::definition::FlowSet;
use crate::flows::layout::{self, Laid, gsm, units};
use crate::flows::mistake::At;
use crate::flows::turn::Channel;
use crate::flows::ways::Ways;

/// A question with options as one channel shows it in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Size {
    /// The file of the flow, and where the step stands in it.
    pub file: String,
    pub at: At,
    /// `flow/scene.step`.
    pub step: String,
    pub channel: Channel,
    pub language: &'static str,
    /// The length of the longest page: UTF-16 units on WhatsApp (the text without its buttons and rows), septets on USSD and SMS (UTF-16 units
    /// where it has letters that they lack).
    pub characters: usize,
    pub pages: usize,
    /// SMS that the longest page fills; none elsewhere.
    pub segments: Option<usize>,
}

impl FlowSet {
    /// How many SMS everything that is only said fills, with the longest data: `flow/message`, the language, and the number.
    pub fn said_by_sms(&self) -> Vec<(String, &'static str, usize)> {
        let flows = self.flows.iter();
        flows.flat_map(|flow| Check::new(self, flow, &Ways::of(self, flow)).said_by_sms()).collect()
    }

    /// The sizes of all questions with options, by flow, step, channel and language.
    pub fn sizes(&self) -> Vec<Size> {
        let flows = self.flows.iter();
        flows.flat_map(|flow| Check::new(self, flow, &Ways::of(self, flow)).sizes()).collect()
    }
}

impl Check<'_> {
    fn said_by_sms(&self) -> Vec<(String, &'static str, usize)> {
        let mut said = Vec::new();
        for (_, line) in self.lines().filter(|_| self.speaks(Channel::Sms)) {
            for needs in line.step.needs().into_iter().filter(|needs| needs.valued && !needs.prompt) {
                for texts in &self.flow.texts {
                    let measured = Measured { texts, id: &needs.message, line };
                    let Some((_, _, text)) = self.shown(measured, Channel::Sms) else { continue };
                    let contents = layout::text(Channel::Sms, &text, self.flow.head.sms);
                    let name = format!("{}/{}", self.flow.name, needs.message);
                    said.push((name, texts.language.code, layout::segments(&contents)));
                }
            }
        }
        said
    }

    fn sizes(&self) -> Vec<Size> {
        let mut sizes = Vec::new();
        for (_, line) in self.lines() {
            let needs = line.step.needs();
            let Some(question) = needs.iter().find(|needs| needs.prompt) else { continue };
            for channel in Channel::ALL.into_iter().filter(|channel| self.speaks(*channel)) {
                for texts in &self.flow.texts {
                    let measured = Measured { texts, id: &question.message, line };
                    let Some((_, _, text)) = self.shown(measured, channel) else { continue };
                    let options = self.options(measured, &question.labels, true);
                    let page =
                        |page| layout::prompt(channel, layout::Prompt { page, ..prompt(texts, &text, &options, self) });
                    let first = page(0);
                    let pages = first.pages.max(1);
                    let further = (1..pages).map(|number| page(u8::try_from(number).unwrap_or(u8::MAX)));
                    let all: Vec<Laid> = std::iter::once(first).chain(further).collect();
                    let characters = all.iter().flat_map(|laid| &laid.contents).map(|content| long(content, channel));
                    let segments = all.iter().map(|laid| laid.segments).max();
                    sizes.push(Size {
                        file: self.flow.file.clone(),
                        at: line.at,
                        step: format!("{}/{}", self.flow.name, line.id),
                        channel,
                        language: texts.language.code,
                        characters: characters.max().unwrap_or(0),
                        pages,
                        segments: segments.filter(|_| channel == Channel::Sms),
                    });
                }
            }
        }
        sizes
    }
}

fn long(content: &Content, channel: Channel) -> usize {
    let (Content::Text { text, .. } | Content::Buttons { text, .. } | Content::List { text, .. }) = content else {
        return 0;
    };
    if channel == Channel::WhatsApp { units(text) } else { gsm::length(text).1 }
}
