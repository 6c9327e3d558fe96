//! What is there in the end: the tables, and what arrived at the sandbox.

use std::collections::{BTreeMap, HashMap};

use bytes::Bytes;
use ganira::actors::ussd::session::hop_id;
use ganira::domain::ids::Opaque;
use ganira::domain::{AccountId, Hop, Phone, Typed};
use serde::Deserialize;
use sqlx::Row as _;

use crate::database::Database;
use crate::handsets::{CODE, Session};

/// One turn's message, by (contact, seq, n).
pub type Key = (i64, i64, i16);

/// The kinds of event that a diary answers: a message, and a hop.
const ANSWERED: [i16; 2] = [1, 12];

/// What a checker needs.
#[derive(Debug, Default)]
pub struct Observed {
    /// Which contact and which of its turns an event became, as often as it stands in the journal.
    pub journal: HashMap<Vec<u8>, Vec<(i64, i64)>>,
    /// Turns of each contact, in the order of their numbers.
    pub turns: BTreeMap<i64, Vec<i64>>,
    /// Turns of those that are answered with one message or screen each.
    pub answered: Vec<(i64, i64)>,
    /// The number each conversation has now.
    pub conversations: BTreeMap<i64, i64>,
    /// How often a WhatsApp message stands in the outbox: over days no index of the table can tell.
    pub outbox: BTreeMap<Key, usize>,
    /// How many messages a turn has there, screens among them.
    pub per_turn: BTreeMap<(i64, i64), usize>,
    pub deliveries: BTreeMap<Key, Delivery>,
    /// What the sandbox took, in its order.
    pub taken: Vec<Taken>,
    pub dead_letters: BTreeMap<String, i64>,
    pub ranks_fallen: i64,
    pub account: i64,
    pub keypad_account: i64,
}

#[derive(Debug, Clone, Copy)]
pub struct Delivery {
    pub attempt: i16,
    pub attempt_state: i16,
    pub rank: i16,
}

/// A reply that the sandbox took.
#[derive(Debug, Clone)]
pub struct Taken {
    pub key: Key,
    pub text: String,
}

impl Observed {
    pub async fn read(database: &Database, control_url: &str, http: &reqwest::Client) -> Self {
        let mut observed = Self { taken: taken(control_url, http).await, ..Self::default() };
        let pool = &database.pool;
        let journal = "SELECT event, contact_id, seq, kind FROM ganira.journal ORDER BY contact_id, seq";
        for row in sqlx::query(journal).fetch_all(pool).await.unwrap() {
            let turn: (i64, i64) = (row.get(1), row.get(2));
            observed.journal.entry(row.get(0)).or_default().push(turn);
            observed.turns.entry(turn.0).or_default().push(turn.1);
            if ANSWERED.contains(&row.get(3)) {
                observed.answered.push(turn);
            }
        }
        for row in sqlx::query("SELECT contact_id, seq FROM ganira.conversation").fetch_all(pool).await.unwrap() {
            observed.conversations.insert(row.get(0), row.get(1));
        }
        observed.account = account(pool, "whatsapp").await;
        observed.keypad_account = account(pool, "ussd").await;
        for row in
            sqlx::query("SELECT contact_id, seq, n, account_id FROM ganira.outbox").fetch_all(pool).await.unwrap()
        {
            let key: Key = (row.get(0), row.get(1), row.get(2));
            *observed.per_turn.entry((key.0, key.1)).or_default() += 1;
            if row.get::<i64, _>(3) == observed.account {
                *observed.outbox.entry(key).or_default() += 1;
            }
        }
        let deliveries = "SELECT contact_id, seq, n, attempt, attempt_state, rank FROM ganira.delivery";
        for row in sqlx::query(deliveries).fetch_all(pool).await.unwrap() {
            let delivery = Delivery { attempt: row.get(3), attempt_state: row.get(4), rank: row.get(5) };
            observed.deliveries.insert((row.get(0), row.get(1), row.get(2)), delivery);
        }
        for row in sqlx::query("SELECT reason, count(*) FROM ganira.dead_letter GROUP BY reason")
            .fetch_all(pool)
            .await
            .unwrap()
        {
            observed.dead_letters.insert(row.get(0), row.get(1));
        }
        observed.ranks_fallen =
            sqlx::query_scalar("SELECT count(*) FROM public.rank_fell").fetch_one(pool).await.unwrap();
        observed
    }

    /// Where a hop of a USSD session stands in the journal.
    pub fn turns_of_hop(&self, database: &Database, session: &Session, n: usize) -> &[(i64, i64)] {
        let hop = Hop {
            session: session.name(),
            phone: Phone::parse(&session.phone()).unwrap(),
            code: CODE.to_owned(),
            new: None,
            typed: Typed::History(session.history(n)),
            dialled: String::new(),
            sequence: None,
        };
        let event = hop_id(&database.hashes, AccountId(self.keypad_account), &hop).unwrap();
        self.journal.get(event.0.as_slice()).map_or(&[], Vec::as_slice)
    }

    /// Where a provider's message stands in the journal.
    pub fn turns_of(&self, database: &Database, message_id: &str) -> &[(i64, i64)] {
        let event = database.hashes.event(AccountId(self.account).0, message_id.as_bytes());
        self.journal.get(event.as_slice()).map_or(&[], Vec::as_slice)
    }
}

async fn account(pool: &sqlx::PgPool, channel: &str) -> i64 {
    sqlx::query_scalar("SELECT id FROM ganira.account WHERE channel = $1").bind(channel).fetch_one(pool).await.unwrap()
}

#[derive(Deserialize)]
struct Seen {
    body: Body,
    status: Option<u16>,
    answer: Option<Answer>,
}

#[derive(Deserialize)]
struct Body {
    biz_opaque_callback_data: Option<String>,
    text: Option<Text>,
}

#[derive(Deserialize)]
struct Text {
    body: String,
}

#[derive(Deserialize)]
struct Answer {
    messages: Option<Vec<serde::de::IgnoredAny>>,
}

/// The replies among all requests; the courtesies are left out.
async fn taken(control_url: &str, http: &reqwest::Client) -> Vec<Taken> {
    let body: Bytes =
        http.get(format!("{control_url}/requests?path=messages")).send().await.unwrap().bytes().await.unwrap();
    let seen: Vec<Seen> = serde_json::from_slice(&body).unwrap();
    let mut taken = Vec::new();
    for Seen { body, status, answer } in seen {
        let messages = answer.and_then(|answer| answer.messages);
        if let (Some(_), Some(opaque)) =
            (messages.filter(|_| matches!(status, Some(200) | None)), body.biz_opaque_callback_data)
        {
            let id = opaque.parse::<Opaque>().unwrap().outbox;
            let text = body.text.map(|text| text.body).unwrap_or_default();
            taken.push(Taken { key: (id.conversation.contact.0, id.seq.0, id.n), text });
        }
    }
    taken
}
