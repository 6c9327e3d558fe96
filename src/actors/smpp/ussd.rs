//! USSD over SMPP: a message of a session is a hop, and its screen leaves as a submit by the connection it came in by.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use tokio::time::Instant;

use super::hear::raw;
use super::line::{Line, Seat};
use super::wire::source;
use crate::actors::ingress::Dialled;
use crate::channels::smpp::text::{self, Said};
use crate::channels::smpp::ussd::{self, Does, Marks};
use crate::channels::smpp::{Answer, Delivered, Numbered, Part, Submit, Submitted};
use crate::crypto::random;
use crate::domain::{Hop, Phone, Screen, Timestamp, Trace, Typed};
use crate::flows::Channel;

/// The service type of USSD (section 5.2.11).
const USSD: &str = "USSD";
/// The part of an operator's budget that is left to the way back.
const MARGIN: u64 = 10;
/// Open sessions remembered at most; when full, those older than [`SESSION_MAX`] are forgotten.
const SESSIONS_MAX: usize = 50_000;
const SESSION_MAX: TimeDelta = TimeDelta::minutes(30);

/// A message of a USSD session, not an SMS.
pub(super) fn is_ussd(message: &Delivered) -> bool {
    message.ussd.service_op.is_some() || message.service_type == USSD
}

/// The sessions of one line that are open, by their phone and what the centre calls them: it counts from one again and again.
#[derive(Debug, Default)]
pub(super) struct Sessions(HashMap<(Phone, String), Open>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Open {
    /// Never used again.
    name: String,
    /// As it was dialled.
    code: String,
    at: Timestamp,
}

impl Sessions {
    fn begin(&mut self, phone: &Phone, session: &str, code: &str, now: Timestamp) -> Open {
        if self.0.len() >= SESSIONS_MAX {
            self.0.retain(|_, open| now - open.at < SESSION_MAX);
        }
        let name = format!("{session}.{}", now.timestamp_micros());
        let open = Open { name, code: code.to_owned(), at: now };
        self.0.insert((phone.clone(), session.to_owned()), open.clone());
        open
    }

    fn of(&self, phone: &Phone, session: &str) -> Option<Open> {
        self.0.get(&(phone.clone(), session.to_owned())).cloned()
    }

    fn end(&mut self, phone: &Phone, session: &str) -> Option<Open> {
        self.0.remove(&(phone.clone(), session.to_owned()))
    }
}

impl Line {
    /// Answers a message of a session, and shows its screen.
    pub(super) async fn hop(self: Arc<Self>, seat: Arc<Seat>, sequence: u32, message: Box<Delivered>) {
        let settings = &self.gateway.settings;
        let asked = ussd::read(message.ussd, settings.ussd_coding, settings.ussd_session);
        let typed = match text::read(&message.octets, self.alphabet(message.data_coding)) {
            Said::Text(typed) => typed,
            Said::Binary => String::new(),
        };
        let Ok(phone) = Phone::from_digits(&self.gateway.digits(&message.from)) else {
            tracing::warn!(gateway = self.gateway.name, "a USSD message has no phone number");
            seat.session.answer(sequence, Answer::Safe).await;
            return;
        };
        let screen = match asked.does {
            Does::Begins => {
                let code = if typed.starts_with('*') { &typed } else { &message.to };
                let open = self.sessions.lock().begin(&phone, &asked.session, code, self.now());
                Some(self.screen(&message, &phone, open, Some(true), String::new()).await)
            }
            Does::GoesOn => {
                // Begun before this engine was there: its flow knows where it was.
                let known = self.sessions.lock().of(&phone, &asked.session);
                let begun = known.is_some().then_some(false);
                let open = known
                    .unwrap_or_else(|| self.sessions.lock().begin(&phone, &asked.session, &message.to, self.now()));
                Some(self.screen(&message, &phone, open, begun, typed).await)
            }
            Does::Ends => {
                let ended = self.sessions.lock().end(&phone, &asked.session);
                if let Some(open) = ended {
                    self.hung_up(&message, phone.clone(), open).await;
                }
                None
            }
            Does::Other => None,
        };
        seat.session.answer(sequence, Answer::Safe).await;
        if let Some(screen) = screen {
            if screen.ended {
                self.sessions.lock().end(&phone, &asked.session);
            }
            self.show(&seat, &message, &screen).await;
        }
    }

    /// What the person is shown: always something, in time.
    async fn screen(&self, message: &Delivered, phone: &Phone, open: Open, new: Option<bool>, typed: String) -> Screen {
        let accounts = &self.tools.world.accounts;
        let account = accounts.dialled(&self.gateway.name, &open.code);
        let own = account.as_ref().map_or("", |account| account.code()).trim_end_matches('#');
        let behind = open.code.trim_end_matches('#').strip_prefix(own).unwrap_or("").trim_start_matches('*');
        let budget_ms = self.gateway.settings.ussd_budget_ms;
        let hop = Hop {
            session: open.name,
            phone: phone.clone(),
            code: open.code.clone(),
            new,
            typed: Typed::Last(typed),
            dialled: if new == Some(true) && open.code.starts_with('*') { behind.to_owned() } else { String::new() },
            sequence: None,
        };
        let dialled = Dialled {
            gateway: self.gateway.name.clone(),
            hop,
            raw: raw(message),
            trace: Trace(random::number()),
            until: Instant::now() + Duration::from_millis(budget_ms.saturating_sub(budget_ms / MARGIN)),
        };
        self.tools.ingress.hop(dialled).await
    }

    async fn hung_up(&self, message: &Delivered, phone: Phone, open: Open) {
        let ingress = &self.tools.ingress;
        let who = Some((phone, open.code));
        ingress.hung_up(&self.gateway.name, &open.name, who, raw(message), Trace(random::number())).await;
    }

    async fn show(&self, seat: &Seat, message: &Delivered, screen: &Screen) {
        let settings = &self.gateway.settings;
        let marks: Marks = ussd::answer(message.ussd, screen.ended, settings.ussd_coding);
        let alphabet = text::needed(&screen.text, settings.default_alphabet);
        let data_coding = if alphabet == text::Alphabet::Ucs2 { text::UCS2 } else { settings.data_coding as u8 };
        let dest = Numbered { ton: message.from_ton, npi: settings.dest_npi as u8, digits: message.from.clone() };
        let submit = Submit {
            service_type: USSD.to_owned(),
            source: source(&message.to, settings.source_ton as u8, settings.source_npi as u8),
            dest,
            data_coding,
            part: Part { octets: text::octets(&screen.text, alphabet), has_header: false, sar: None },
            receipt: false,
            reference: None,
            ussd: Some(marks),
        };
        match self.submit(seat, &submit).await {
            Submitted::Taken(_) => {}
            missed => {
                metrics::counter!("ganira_smpp_screens_missed_total").increment(1);
                tracing::warn!(gateway = self.gateway.name, ?missed, "a screen did not reach its phone");
            }
        }
    }

    fn now(&self) -> Timestamp {
        self.tools.world.clock.now()
    }
}

/// Whether one more hop may come in.
pub(super) fn admits(line: &Line) -> bool {
    !line.is_closed() && line.tools.ingress.admits(Channel::Ussd)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Clock;

    #[test]
    fn a_session_of_the_same_number_later_is_another_session() {
        let now = Clock::system().now();
        let phone = Phone::parse("+250780000001").expect("a phone");
        let mut sessions = Sessions::default();
        let first = sessions.begin(&phone, "42", "*384*77#", now);
        assert_eq!(sessions.of(&phone, "42"), Some(first.clone()));
        assert_eq!(sessions.end(&phone, "42"), Some(first.clone()));
        assert_eq!(sessions.of(&phone, "42"), None);
        assert_ne!(sessions.begin(&phone, "42", "*384*77#", now + TimeDelta::seconds(1)).name, first.name);
    }
}
