//! A person at a keypad: one hop after the other, repeated where no answer came and now and then where one did.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use rand::RngExt as _;
use rand::rngs::StdRng;

use super::{People, Session, pause};
use crate::log::log;
use crate::node::{CODE, GATEWAY_KEY};
use crate::webhook;

const HOPS_MAX: usize = 7;
/// How often a gateway asks again where no answer came.
const TRIES_MAX: usize = 4;
const PATIENCE: Duration = Duration::from_secs(6);

pub async fn live(people: People, number: u32, mut random: StdRng) {
    let phone = webhook::phone(number);
    let mut typed: Vec<String> = Vec::new();
    people.0.sessions.lock().insert(number, Session { phone: phone.clone(), hops: Vec::new() });
    for hop in 0..HOPS_MAX {
        pause(&mut random, 100..2500).await;
        if people.is_ending() {
            return;
        }
        if hop > 0 {
            typed.push(format!("k{}", random.random_range(0..1000)));
        }
        let line = typed.last().cloned().unwrap_or_default();
        people.note(number, |session| session.hops.push((line, Vec::new())));
        let request = Hop { phone: &phone, session: format!("s{number}"), history: typed.join("*") };
        if !people.hop(number, &request, &mut random).await {
            return;
        }
    }
}

struct Hop<'a> {
    phone: &'a str,
    session: String,
    history: String,
}

impl Hop<'_> {
    fn request(&self) -> Request<Bytes> {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs([("sessionId", self.session.as_str()), ("serviceCode", CODE), ("phoneNumber", self.phone)]);
        form.extend_pairs([("networkCode", "63510"), ("text", &self.history)]);
        let request = Request::post(format!("/webhooks/ussd/at/{GATEWAY_KEY}"));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.body(Bytes::from(form.finish())).unwrap()
    }
}

impl People {
    fn note(&self, number: u32, what: impl FnOnce(&mut Session)) {
        if let Some(session) = self.0.sessions.lock().get_mut(&number) {
            what(session);
        }
    }

    /// False: the session is over.
    async fn hop(&self, number: u32, hop: &Hop<'_>, random: &mut StdRng) -> bool {
        for _ in 0..TRIES_MAX {
            let door = self.ready(random).await;
            let twice = random.random_bool(0.2);
            let first = self.call(door, hop.request(), PATIENCE).await;
            let second = if twice { self.call(door, hop.request(), PATIENCE).await } else { None };
            let mut is_over = false;
            let mut is_shown = false;
            for (status, body) in first.into_iter().chain(second) {
                let screen = String::from_utf8_lossy(&body).into_owned();
                log!("{} {:?} is answered {status} {screen:?}", hop.session, hop.history);
                assert_eq!(status, 200, "a hop is always answered with a screen");
                is_over |= screen.starts_with("END");
                is_shown |= screen.starts_with("CON");
                self.note(number, |session| session.hops.last_mut().unwrap().1.push(screen));
            }
            if is_over || is_shown {
                return !is_over;
            }
        }
        false
    }

    /// The node that is ready, as a balancer would know; else any.
    async fn ready(&self, random: &mut StdRng) -> usize {
        let first = random.random_range(0..2);
        for door in [first, 1 - first] {
            let asked = Request::get("/readyz").body(Bytes::new()).unwrap();
            if self.call(door, asked, Duration::from_millis(300)).await.is_some_and(|(status, _)| status == 200) {
                return door;
            }
        }
        first
    }
}
