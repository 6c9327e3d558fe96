//! A phone: what it received, put together from parts, and what it is shown in USSD sessions.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::alphabet;

/// One message as its owner reads it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Received {
    pub from: String,
    pub text: String,
    /// Short messages it came in.
    pub parts: usize,
    /// The centre's numbers of them.
    pub ids: Vec<u64>,
}

/// One screen of a USSD session.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Shown {
    pub text: String,
    pub service_op: u8,
    pub session_info: Option<[u8; 2]>,
}

/// One short message on its way to a phone.
#[derive(Debug, Clone)]
pub(super) struct Arriving {
    pub id: u64,
    pub from: String,
    pub octets: Vec<u8>,
    pub data_coding: u8,
    /// Reference, number of parts, which of them.
    pub place: Option<(u16, u8, u8)>,
}

#[derive(Debug, Default)]
pub(super) struct Handset {
    pub inbox: Vec<Received>,
    pub screens: Vec<Shown>,
    /// Every short message that arrived, whole or not.
    pub short_messages: usize,
    waiting: HashMap<(String, u16, u8), BTreeMap<u8, Arriving>>,
}

impl Handset {
    pub(super) fn receive(&mut self, arriving: Arriving) {
        self.short_messages += 1;
        let Some((reference, total, number)) = arriving.place else { return self.show(&[arriving]) };
        let key = (arriving.from.clone(), reference, total);
        let parts = self.waiting.entry(key.clone()).or_default();
        parts.insert(number, arriving);
        if parts.len() == usize::from(total) {
            let parts = self.waiting.remove(&key).unwrap_or_default();
            self.show(&parts.into_values().collect::<Vec<_>>());
        }
    }

    fn show(&mut self, parts: &[Arriving]) {
        let Some(first) = parts.first() else { return };
        let octets: Vec<u8> = parts.iter().flat_map(|part| part.octets.clone()).collect();
        let text = alphabet::shown(&octets, first.data_coding);
        let ids = parts.iter().map(|part| part.id).collect();
        self.inbox.push(Received { from: first.from.clone(), text, parts: parts.len(), ids });
    }
}
