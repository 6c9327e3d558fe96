//! A keypad phone behind a gateway, as Africa's Talking asks: the whole history each time, `CON` and `END`.

use std::collections::BTreeMap;
use std::time::Duration;

use ganira::config::{Config, Purpose, Sources, UssdGateway};
use ganira::operations::tenants::{self, NewUssd};
use reqwest::StatusCode;

use crate::world::{Wish, World};

pub const KEY: &str = "k3y4behind7slashes";
pub const CODE: &str = "*384*77#";
pub const ALINE: &str = "+250780000001";

/// A gateway by its fields alone, as an operator writes them.
pub fn gateway(fields: &[(&str, &str)]) -> UssdGateway {
    let environment: BTreeMap<String, String> = [("kind", "africastalking"), ("key", KEY)]
        .iter()
        .chain(fields)
        .map(|(field, value)| (format!("GANIRA__USSD__GATEWAYS__AT__{}", field.to_uppercase()), (*value).to_owned()))
        .collect();
    let sources = Sources { purpose: Purpose::Dev, file: None, environment };
    Config::load(&sources, |_, _| {}).unwrap().ussd_gateways.remove("at").unwrap()
}

/// A salon with a code at Africa's Talking.
pub async fn salon() -> World {
    with(&[], |_| {}).await
}

/// The same with other settings.
pub async fn with(fields: &[(&str, &str)], change: impl FnOnce(&mut Config) + Send + 'static) -> World {
    let at = gateway(fields);
    let change = move |config: &mut Config| {
        config.ussd_gateways.clear();
        config.ussd_gateways.insert("at".to_owned(), at);
        change(config);
    };
    let wish = Wish { change: Box::new(change), sandbox: Wish::default().sandbox, ..Wish::default() };
    let world = World::with(wish).await;
    add_code(&world, "at", CODE).await;
    world
}

pub async fn add_code(world: &World, gateway: &str, code: &str) {
    let new = NewUssd { gateway: gateway.to_owned(), code: code.to_owned() };
    tenants::add_ussd(&world.database.pool().await, world.tenant, &new).await.unwrap();
    refresh(world).await;
}

/// The engine learns of accounts that were changed.
pub async fn refresh(world: &World) {
    let shared = world.running.as_ref().unwrap().engine.world().clone();
    shared.accounts.refresh(&*shared.store, &shared.ring).await.unwrap();
}

pub async fn count(world: &World, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&world.database.pool().await).await.unwrap()
}

pub const BOOKED: &str = "SELECT count(*) FROM ganira.visit WHERE state = 'booked'";
pub const HELD: &str = "SELECT count(*) FROM ganira.occupancy WHERE kind = 'hold'";

/// One phone, and what it has typed in its session.
#[derive(Clone)]
pub struct Handset<'w> {
    world: &'w World,
    phone: String,
    session: String,
    history: String,
    pub network: &'static str,
}

impl<'w> Handset<'w> {
    pub fn new(world: &'w World, phone: &str, session: &str) -> Self {
        Self { world, phone: phone.to_owned(), session: session.to_owned(), history: String::new(), network: "63510" }
    }

    /// Dials the code; what stands behind it is told with the first hop.
    pub async fn dial(&mut self, behind: &str) -> String {
        behind.clone_into(&mut self.history);
        self.repeat().await
    }

    pub async fn key(&mut self, key: &str) -> String {
        if !self.history.is_empty() {
            self.history.push('*');
        }
        self.history.push_str(key);
        self.repeat().await
    }

    /// All these, one after the other; the last screen.
    pub async fn keys(&mut self, keys: &[&str]) -> String {
        let mut screen = String::new();
        for key in keys {
            screen = self.key(key).await;
        }
        screen
    }

    /// The same request as before.
    pub async fn repeat(&self) -> String {
        let answer = self.post(&self.form()).await;
        assert_eq!(answer.status(), StatusCode::OK);
        answer.text().await.unwrap()
    }

    /// The gateway's news that the session is over.
    pub async fn ends(&self, status: &str) {
        let mut form = self.form();
        form.retain(|(name, _)| *name != "text");
        form.extend([("status", status), ("durationInMillis", "12345"), ("hopsCount", "3"), ("input", "1")]);
        assert_eq!(self.post(&form).await.status(), StatusCode::OK);
    }

    fn form(&self) -> Vec<(&str, &str)> {
        vec![
            ("sessionId", &self.session),
            ("serviceCode", CODE),
            ("phoneNumber", &self.phone),
            ("networkCode", self.network),
            ("text", &self.history),
        ]
    }

    async fn post(&self, form: &[(&str, &str)]) -> reqwest::Response {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(form);
        let url = self.world.url(&format!("/webhooks/ussd/at/{KEY}"));
        let request = self.world.http.post(url).header("content-type", "application/x-www-form-urlencoded");
        request.body(body.finish()).timeout(Duration::from_secs(20)).send().await.unwrap()
    }
}

/// The number that stands before an option.
pub fn number(screen: &str, label: &str) -> String {
    let line = screen.lines().find(|line| line.contains(label));
    let line = line.unwrap_or_else(|| panic!("no {label} on {screen:?}"));
    line.split_whitespace().find(|word| word.bytes().all(|byte| byte.is_ascii_digit())).unwrap().to_owned()
}

/// From the code to the confirmation, which holds a time.
pub async fn to_the_confirmation(handset: &mut Handset<'_>) -> String {
    let menu = handset.dial("").await;
    assert!(menu.starts_with("CON "), "{menu}");
    let confirm = handset.keys(&["1", "1", "2", "1"]).await;
    assert!(confirm.contains("Yes, book it"), "{confirm}");
    confirm
}
