//! SMS as the companies play it: their HTTP interfaces, strict about fields and senders; their delivery reports and incoming messages, in their
//! own forms and signed as they sign; and the handsets behind them.

mod africastalking;
mod control;
mod gateway;
mod hook;
mod infobip;
mod segments;
mod send;
mod twilio;
mod vonage;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{any, get, post};
use serde::Serialize;

pub use gateway::{SmsCompany, SmsGateway};

use super::state::State;
use crate::domain::Timestamp;
use hook::Hook;

/// No message is longer.
const BODY_BYTES_MAX: usize = 64 * 1024;
/// Messages kept in one handset.
const INBOX_MAX: usize = 10_000;
const HANDSETS_MAX: usize = 500_000;

pub(super) fn router() -> Router<Arc<State>> {
    Router::new()
        .route("/sms/{gateway}/{*path}", any(send::send).layer(DefaultBodyLimit::max(BODY_BYTES_MAX)))
        .route("/control/sms/say", post(control::say))
        .route("/control/sms/inbox", get(control::inbox))
        .route("/control/sms/webhooks", get(control::webhooks))
}

/// What the SMS side knows.
#[derive(Debug, Default)]
pub(super) struct Sms {
    gateways: Vec<SmsGateway>,
    /// By the phone's digits.
    inboxes: HashMap<String, VecDeque<Arrived>>,
    /// Delivery reports that are gathered into one body, by gateway.
    gathered: HashMap<String, Vec<serde_json::Value>>,
    counts: Counts,
}

/// What became of webhooks.
#[derive(Debug, Default, Clone, Copy, Serialize)]
struct Counts {
    attempts: u64,
    delivered: u64,
    /// Not taken, by a company that posts once.
    lost: u64,
}

/// A message in a handset.
#[derive(Debug, Clone, Serialize)]
struct Arrived {
    id: String,
    gateway: String,
    from: String,
    to: String,
    text: String,
    segments: usize,
    encoding: &'static str,
    at: Timestamp,
}

impl Sms {
    pub(super) fn new(gateways: Vec<SmsGateway>) -> Self {
        Self { gateways, ..Self::default() }
    }

    fn gateway(&self, name: &str) -> Option<SmsGateway> {
        self.gateways.iter().find(|gateway| gateway.name == name).cloned()
    }

    fn arrive(&mut self, phone: &str, message: Arrived) {
        if self.inboxes.len() >= HANDSETS_MAX && !self.inboxes.contains_key(phone) {
            return;
        }
        let inbox = self.inboxes.entry(phone.to_owned()).or_default();
        inbox.push_back(message);
        if inbox.len() > INBOX_MAX {
            inbox.pop_front();
        }
    }
}

/// A message as a company read it.
#[derive(Debug, Clone)]
struct Asked {
    from: String,
    /// Digits.
    to: String,
    text: String,
    /// What comes back with reports.
    opaque: Option<String>,
    /// Where reports are to go, if the request says it.
    reports_to: Option<String>,
}

/// What is wrong with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    Path,
    Credentials,
    Missing(&'static str),
    Sender,
    Receiver,
    TooLong,
    /// The person wants nothing.
    Unwanted,
    /// An error with this code was ordered.
    Ordered(i64),
    TooFast,
}

/// What a company answers.
#[derive(Debug, Clone)]
struct Answer {
    status: u16,
    body: serde_json::Value,
}

/// What became of a message, or a part of it, for a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Sent,
    Delivered,
    /// With this code of the company's.
    Failed(i64),
}

/// A report of one part.
#[derive(Debug)]
struct Report<'a> {
    asked: &'a Asked,
    id: &'a str,
    fate: Fate,
    at: Timestamp,
}

/// What a person says, by a company.
#[derive(Debug, Clone)]
struct Said {
    id: String,
    /// Digits.
    from: String,
    to: String,
    text: String,
    at: Timestamp,
}

/// People whose number ends so want nothing; a message to those of the second kind is taken and never arrives.
const UNWANTED: &str = "0406";
const UNREACHED: &str = "0999";

fn read(gateway: &SmsGateway, request: &send::Request<'_>) -> Result<Asked, Wrong> {
    let asked = match gateway.company {
        SmsCompany::AfricasTalking => africastalking::read(gateway, request),
        SmsCompany::Twilio => twilio::read(gateway, request),
        SmsCompany::Infobip => infobip::read(gateway, request),
        SmsCompany::Vonage => vonage::read(gateway, request),
    }?;
    if asked.text.is_empty() {
        return Err(Wrong::Missing("text"));
    }
    if !gateway.owns(&asked.from) {
        return Err(Wrong::Sender);
    }
    let good = (8..=15).contains(&asked.to.len())
        && asked.to.bytes().all(|b| b.is_ascii_digit())
        && !asked.to.starts_with('0');
    if !good {
        return Err(Wrong::Receiver);
    }
    if asked.to.ends_with(UNWANTED) {
        return Err(Wrong::Unwanted);
    }
    Ok(asked)
}

/// The names of a message's parts: one for all, but with Vonage.
fn ids(gateway: &SmsGateway, asked: &Asked) -> Vec<String> {
    match gateway.company {
        SmsCompany::AfricasTalking => vec![format!("ATXid_{}", crate::crypto::random::hex_token::<16>())],
        SmsCompany::Twilio => vec![format!("SM{}", crate::crypto::random::hex_token::<16>())],
        SmsCompany::Infobip => vec![crate::crypto::random::hex_token::<16>()],
        SmsCompany::Vonage => {
            let parts = segments::count(&asked.text).0;
            (0..parts).map(|_| crate::crypto::random::hex_token::<8>().to_uppercase()).collect()
        }
    }
}

fn taken(gateway: &SmsGateway, asked: &Asked, ids: &[String]) -> Answer {
    match gateway.company {
        SmsCompany::AfricasTalking => africastalking::taken(asked, ids),
        SmsCompany::Twilio => twilio::taken(gateway, asked, ids),
        SmsCompany::Infobip => infobip::taken(asked, ids),
        SmsCompany::Vonage => vonage::taken(asked, ids),
    }
}

fn refused(gateway: &SmsGateway, wrong: Wrong) -> Answer {
    match gateway.company {
        SmsCompany::AfricasTalking => africastalking::refused(wrong),
        SmsCompany::Twilio => twilio::refused(wrong),
        SmsCompany::Infobip => infobip::refused(wrong),
        SmsCompany::Vonage => vonage::refused(wrong),
    }
}

fn report(gateway: &SmsGateway, report: &Report<'_>) -> Hook {
    match gateway.company {
        SmsCompany::AfricasTalking => africastalking::report(gateway, report),
        SmsCompany::Twilio => twilio::report(gateway, report),
        SmsCompany::Infobip => infobip::reports(gateway, &[infobip::result(report)]),
        SmsCompany::Vonage => vonage::report(gateway, report),
    }
}

fn message(gateway: &SmsGateway, said: &Said) -> Vec<Hook> {
    match gateway.company {
        SmsCompany::AfricasTalking => vec![africastalking::message(gateway, said)],
        SmsCompany::Twilio => vec![twilio::message(gateway, said)],
        SmsCompany::Infobip => vec![infobip::message(gateway, said)],
        SmsCompany::Vonage => vonage::message(gateway, said),
    }
}
