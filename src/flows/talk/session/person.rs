//! What the person does: comes by a door, types, taps, sends, and turns pages until she sees what she wants.

use super::Session;
use crate::domain::MessageBody;
use crate::flows::layout::{MORE, gsm};
use crate::flows::machine;
use crate::flows::talk::screen;
use crate::flows::talk::script::Sent;
use crate::flows::talk::trouble::Trouble;
use crate::flows::talk::typed::{field, word};
use crate::flows::turn::{Channel, Door, Input};
use crate::flows::value::media_label;

/// Pages one turns over in search of an option.
const PAGES_MAX: usize = 30;

impl Session<'_> {
    /// The person comes by this door from now on.
    pub(super) fn come_by(&mut self, channel: Channel) {
        let known = self.context.doors.iter().position(|door| door.channel == channel);
        let mut door = known.map_or(Door { channel, open: true }, |at| self.context.doors.remove(at));
        door.open = door.open || channel == Channel::Ussd;
        self.context.doors.insert(0, door);
        self.context.channel = channel;
    }

    pub(super) fn door(&mut self, channel: Channel, open: bool) {
        if let Some(door) = self.context.doors.iter_mut().find(|door| door.channel == channel) {
            door.open = open;
        }
    }

    pub(super) fn send(&mut self, sent: &Sent) -> Result<Vec<String>, Trouble> {
        let (body, shown) = match sent {
            Sent::Media(media) => (MessageBody::Media(media.clone()), media_label(media).to_owned()),
            Sent::Place(place) => {
                let (latitude, longitude) = (place.latitude(), place.longitude());
                let body = MessageBody::Location { latitude, longitude, name: place.name.clone(), address: None };
                (body, place.label())
            }
            Sent::Unsupported(what) => (MessageBody::Unsupported { what: what.clone() }, what.clone()),
        };
        self.message(body, &format!("> ({shown})"))
    }

    /// The person begins: on USSD by dialling the flow's code if it has one; else with its first start word, or with a greeting where any
    /// words will do.
    pub(super) fn start(&mut self) -> Result<Vec<String>, Trouble> {
        let flow = self.flow.as_deref();
        if self.context.channel == Channel::Ussd
            && let Some(code) = flow.and_then(|flow| machine::start_code(self.flows, flow))
        {
            return self.dial(&code);
        }
        let word = flow.and_then(|flow| machine::start_word(self.flows, flow, &self.context.language));
        self.say(word.as_deref().unwrap_or("muraho!"))
    }

    /// The person dials a code.
    pub(super) fn dial(&mut self, code: &str) -> Result<Vec<String>, Trouble> {
        self.come_by(Channel::Ussd);
        self.turn(&Input::Dial { code: code.to_owned() }, &format!("> {code}"))
    }

    pub(super) fn say(&mut self, text: &str) -> Result<Vec<String>, Trouble> {
        self.message(MessageBody::Text { text: text.to_owned() }, &format!("> {text}"))
    }

    pub(super) fn message(&mut self, body: MessageBody, shown: &str) -> Result<Vec<String>, Trouble> {
        let referral = self.referral.take();
        self.turn(&Input::Message { body, referral }, shown)
    }

    /// Chooses an option as a person of the channel does: she taps it, or types the key that stands before it, and turns pages until she
    /// sees it.
    pub(super) fn pick(&mut self, option: &str, from: usize) -> Result<Vec<String>, Trouble> {
        for _ in 0..PAGES_MAX {
            if let Some((body, shown)) = self.seen(option, from) {
                return self.message(body, &shown);
            }
            let Some((body, shown)) = self.next_page().filter(|_| from == 1) else { break };
            self.message(body, &shown)?;
        }
        Err(Trouble::Impossible(format!("nothing that was shown offers \"{option}\"")))
    }

    /// The message that chooses an option, if the person sees it.
    pub(super) fn seen(&self, option: &str, from: usize) -> Option<(MessageBody, String)> {
        let row = self.world.row(option);
        let row_id = row.and_then(|row| field(row, "id")).and_then(word).map(|id| format!("={id}"));
        let prompt = self.prompts.len().checked_sub(from).and_then(|n| self.prompts.get(n));
        let tapped = prompt.and_then(|prompt| {
            prompt.taps.iter().find(|id| {
                let name = id.split_once(':').map_or("", |(_, name)| name);
                name == option
                    || row_id.as_deref() == Some(name)
                    || name.strip_prefix('+') == Some(option)
                    || name.strip_prefix('=') == Some(option)
            })
        });
        if let Some(id) = tapped {
            return Some((MessageBody::Tap { id: id.clone(), title: option.to_owned() }, format!("> [{option}]")));
        }
        if from > 1 {
            return None;
        }
        let label = row.and_then(|row| field(row, "label")).and_then(word);
        let own = machine::labels(self.flows, &self.state, &self.context, option);
        let more = (option == "more").then(|| machine::more(self.flows, &self.state, &self.context));
        let labels = label.into_iter().chain(own).chain(more.into_iter().flatten()).chain([option.to_owned()]);
        // A screen may have replaced letters that phones lack.
        let labels = labels.flat_map(|label| [gsm::plain(&label).into_owned(), label]);
        let key = labels.into_iter().find_map(|label| self.key_of(&label))?;
        Some((MessageBody::Text { text: key.clone() }, format!("> {key}")))
    }

    pub(super) fn key_of(&self, label: &str) -> Option<String> {
        self.screen.iter().rev().find_map(|content| screen::key_of(screen::body(content), label))
    }

    /// The message that turns to the next page.
    pub(super) fn next_page(&self) -> Option<(MessageBody, String)> {
        let taps = self.prompts.last().map(|prompt| &prompt.taps);
        if let Some(id) = taps.and_then(|taps| taps.iter().find(|id| id.ends_with(&format!(":{MORE}")))) {
            return Some((MessageBody::Tap { id: id.clone(), title: "more".to_owned() }, "> [more]".to_owned()));
        }
        let [more, _] = machine::more(self.flows, &self.state, &self.context);
        let key = self.key_of(&more)?;
        Some((MessageBody::Text { text: key.clone() }, format!("> {key}")))
    }
}
