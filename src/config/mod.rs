//! Typed settings: embedded defaults, then a file, then the environment; every mistake reported at once, no secret ever shown.
//!
//! A file per topic declares its fields in one table, from which reading, printing and `docs/configuration.md` are made.

mod database;
mod dev;
mod docs;
mod engine;
mod layers;
mod limits;
mod logging;
mod media;
mod mistake;
mod outbound;
mod providers;
mod reader;
mod secrets;
mod section;
mod server;
mod setting;
mod smpp;
mod sms;
mod unknown;
mod ussd;
mod whatsapp;

use std::collections::BTreeMap;

use base64::Engine as _;
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value as Json};

use crate::domain::Country;
use reader::Reader;
use section::Section;

pub use database::Database;
pub use dev::{
    DEV_APP, DEV_APP_SECRET, DEV_HASH_KEY, DEV_KEY_RING, DEV_PROVIDER_SECRET, DEV_SMS_GATEWAY, DEV_SMS_KEY,
    DEV_USSD_GATEWAY, DEV_USSD_KEY, DEV_VERIFY_TOKEN,
};
pub use engine::{Engine, Retention};
pub use layers::{Purpose, Sources};
pub use limits::Limits;
pub use logging::{LogFormat, Logging};
pub use media::{Media, MediaStore, S3};
pub use mistake::{ConfigError, Mistake, Mistakes};
pub use outbound::Outbound;
pub use providers::{PayProvider, ReadProvider};
pub use secrets::Secrets;
pub use section::Field;
pub use server::{Sandbox, Server};
pub use setting::{Networks, SecretList, Words};
pub use smpp::{Bind, DefaultAlphabet, Joining, LookAlikes, SmppGateway, UssdCoding, UssdSession};
pub use sms::{SmsGateway, SmsKind, SmsSignature, SmsSpool, VonageApi};
pub use ussd::{UssdAnswer, UssdGateway, UssdInput, UssdRequest};
pub use whatsapp::{Whatsapp, WhatsappApp};

/// A shorter key signs nothing worth believing (Standard Webhooks: 24 to 64 bytes).
const SECRET_BYTES_MIN: usize = 24;

/// The whole configuration, checked.
#[derive(Debug, Clone)]
pub struct Config {
    pub server: Server,
    pub sandbox: Sandbox,
    pub database: Database,
    pub secrets: Secrets,
    pub engine: Engine,
    pub retention: Retention,
    pub limits: Limits,
    pub whatsapp: Whatsapp,
    /// The apps of Meta's by the name in their webhook's path.
    pub whatsapp_apps: BTreeMap<String, WhatsappApp>,
    /// The companies' USSD gateways by the name in their callback's path.
    pub ussd_gateways: BTreeMap<String, UssdGateway>,
    pub outbound: Outbound,
    pub media: Media,
    pub media_s3: S3,
    pub logging: Logging,
    /// Who reads documents, by the names flows use.
    pub read_providers: BTreeMap<String, ReadProvider>,
    /// Who takes payments, by the names flows use.
    pub pay_providers: BTreeMap<String, PayProvider>,
    /// The companies' SMS gateways by the name in their webhooks' paths; those of kind `smpp` too.
    pub sms_gateways: BTreeMap<String, SmsGateway>,
    pub sms_spool: SmsSpool,
    /// The message centres that speak SMPP, by the name of their gateway.
    pub smpp_gateways: BTreeMap<String, SmppGateway>,
}

impl Config {
    /// Reads and checks. `more` looks at what lies above this floor (that keys are keys, say) and adds to the same list of mistakes.
    pub fn load(sources: &Sources, more: impl FnOnce(&Self, &mut Mistakes)) -> Result<Self, ConfigError> {
        let mut mistakes = Mistakes::default();
        let layers = sources.merge(&Self::fields(), &mut mistakes);
        let config = Self::read(&mut Reader::new(&layers, &mut mistakes));
        let Some(mut config) = config else { return Err(unusable(mistakes)) };
        match sources.purpose {
            Purpose::Dev => {
                config.database.private = true;
                config.database.url = None;
            }
            Purpose::Serve => config.check_for_serving(&mut mistakes),
        }
        config.check(&mut mistakes);
        more(&config, &mut mistakes);
        mistakes.into_result().map(|()| config)
    }

    /// Fails when a secret of `dev` is in use: everybody knows them.
    pub fn refuse_dev_secrets(&self) -> Result<(), ConfigError> {
        let mut mistakes = Mistakes::default();
        self.note_dev_secrets(&mut mistakes);
        mistakes.into_result()
    }

    /// The stable name of this node: as configured, else the host's.
    pub fn node_name(&self) -> String {
        let host = || {
            std::fs::read_to_string("/proc/sys/kernel/hostname").or_else(|_| std::fs::read_to_string("/etc/hostname"))
        };
        let configured = self.engine.node_name.clone();
        configured.or_else(|| host().ok().map(|name| name.trim().to_owned())).unwrap_or_else(|| "ganira".to_owned())
    }

    /// Every field there is, in the order of the page.
    pub fn fields() -> Vec<Field> {
        Self::sections().into_iter().flat_map(|(_, fields)| fields).collect()
    }

    /// `docs/configuration.md`.
    pub fn docs() -> String {
        docs::page(&Self::sections())
    }

    /// The outcome with secrets masked, as one JSON object per section.
    pub fn show(&self) -> Json {
        let apps: Map<String, Json> =
            self.whatsapp_apps.iter().map(|(name, app)| (name.clone(), Json::Object(app.show()))).collect();
        let mut whatsapp = self.whatsapp.show();
        whatsapp.insert("apps".to_owned(), Json::Object(apps));
        let mut media = self.media.show();
        media.insert("s3".to_owned(), Json::Object(self.media_s3.show()));
        let sections = [
            (Server::PATH, self.server.show()),
            (Sandbox::PATH, self.sandbox.show()),
            (Database::PATH, self.database.show()),
            (Secrets::PATH, self.secrets.show()),
            (Engine::PATH, self.engine.show()),
            (Retention::PATH, self.retention.show()),
            (Limits::PATH, self.limits.show()),
            (Whatsapp::PATH, whatsapp),
            ("ussd", self.show_ussd()),
            ("sms", self.show_sms()),
            (Outbound::PATH, self.outbound.show()),
            (Media::PATH, media),
            (Logging::PATH, self.logging.show()),
            ("providers", self.show_providers()),
        ];
        Json::Object(sections.into_iter().map(|(path, shown)| (path.to_owned(), Json::Object(shown))).collect())
    }

    fn show_ussd(&self) -> Map<String, Json> {
        let gateways = self.ussd_gateways.iter().map(|(name, gateway)| (name.clone(), Json::Object(gateway.show())));
        Map::from_iter([("gateways".to_owned(), gateways.collect())])
    }

    fn show_sms(&self) -> Map<String, Json> {
        let gateways = self.sms_gateways.iter().map(|(name, gateway)| {
            let mut shown = gateway.show();
            if let Some(centre) = self.smpp_gateways.get(name) {
                shown.extend(centre.show());
            }
            (name.clone(), Json::Object(shown))
        });
        let spool = ("spool".to_owned(), Json::Object(self.sms_spool.show()));
        Map::from_iter([("gateways".to_owned(), gateways.collect()), spool])
    }

    fn show_providers(&self) -> Map<String, Json> {
        let read = self.read_providers.iter().map(|(name, provider)| (name.clone(), Json::Object(provider.show())));
        let pay = self.pay_providers.iter().map(|(name, provider)| (name.clone(), Json::Object(provider.show())));
        [("read", read.collect()), ("pay", pay.collect())]
            .into_iter()
            .map(|(kind, shown)| (kind.to_owned(), Json::Object(shown)))
            .collect()
    }

    fn sections() -> Vec<(&'static str, Vec<Field>)> {
        vec![
            (Server::PATH, Server::fields()),
            (Sandbox::PATH, Sandbox::fields()),
            (Database::PATH, Database::fields()),
            (Secrets::PATH, Secrets::fields()),
            (Engine::PATH, Engine::fields()),
            (Retention::PATH, Retention::fields()),
            (Limits::PATH, Limits::fields()),
            (Whatsapp::PATH, Whatsapp::fields()),
            (WhatsappApp::PATH, WhatsappApp::fields()),
            (UssdGateway::PATH, UssdGateway::fields()),
            (Outbound::PATH, Outbound::fields()),
            (Media::PATH, Media::fields()),
            (S3::PATH, S3::fields()),
            (Logging::PATH, Logging::fields()),
            (ReadProvider::PATH, ReadProvider::fields()),
            (PayProvider::PATH, PayProvider::fields()),
            (SmsGateway::PATH, SmsGateway::fields()),
            (SmppGateway::PATH, SmppGateway::fields()),
            (SmsSpool::PATH, SmsSpool::fields()),
        ]
    }

    /// Every section is read even after a mistake, so that all mistakes come together.
    fn read(reader: &mut Reader<'_>) -> Option<Self> {
        let server = Server::read(reader, Server::PATH);
        let sandbox = Sandbox::read(reader, Sandbox::PATH);
        let database = Database::read(reader, Database::PATH);
        let secrets = Secrets::read(reader, Secrets::PATH);
        let engine = Engine::read(reader, Engine::PATH);
        let retention = Retention::read(reader, Retention::PATH);
        let limits = Limits::read(reader, Limits::PATH);
        let whatsapp = Whatsapp::read(reader, Whatsapp::PATH);
        let whatsapp_apps = read_named(reader, "whatsapp.apps");
        let ussd_gateways = read_named(reader, "ussd.gateways");
        let outbound = Outbound::read(reader, Outbound::PATH);
        let media = Media::read(reader, Media::PATH);
        let media_s3 = S3::read(reader, S3::PATH);
        let logging = Logging::read(reader, Logging::PATH);
        let read_providers = read_named(reader, "providers.read");
        let pay_providers = read_named(reader, "providers.pay");
        let sms_gateways = read_named(reader, "sms.gateways");
        let sms_spool = SmsSpool::read(reader, SmsSpool::PATH);
        let smpp_gateways = read_kind(reader, "sms.gateways", "smpp");
        Some(Self {
            server: server?,
            sandbox: sandbox?,
            database: database?,
            secrets: secrets?,
            engine: engine?,
            retention: retention?,
            limits: limits?,
            whatsapp: whatsapp?,
            whatsapp_apps: whatsapp_apps?,
            ussd_gateways: ussd_gateways?,
            outbound: outbound?,
            media: media?,
            media_s3: media_s3?,
            logging: logging?,
            read_providers: read_providers?,
            pay_providers: pay_providers?,
            sms_gateways: sms_gateways?,
            sms_spool: sms_spool?,
            smpp_gateways: smpp_gateways?,
        })
    }

    fn check_for_serving(&self, mistakes: &mut Mistakes) {
        let database = &self.database;
        match (&database.url, database.private) {
            (None, false) => mistakes.add(Mistake::at(
                "database.url",
                "is not set: expected a postgres:// URL, here or in DATABASE_URL, or database.private = true",
            )),
            (Some(_), true) => mistakes.add(Mistake::at(
                "database.private",
                "is true while database.url (or DATABASE_URL) is set: keep one of the two",
            )),
            _ => {}
        }
        for (path, secret) in
            [("secrets.key_ring", &self.secrets.key_ring), ("secrets.hash_key", &self.secrets.hash_key)]
        {
            if secret.is_none() {
                mistakes.add(Mistake::at(path, "is not set: `ganira init` makes one"));
            }
        }
        if self.media.allow_private_hosts && self.whatsapp.graph_url.scheme() == "https" {
            mistakes.add(Mistake::at(
                "media.allow_private_hosts",
                "is true: expected false wherever real companies are reached",
            ));
        }
    }

    fn check(&self, mistakes: &mut Mistakes) {
        if self.engine.heartbeat_stale_ms < 3 * self.engine.heartbeat_ms {
            mistakes.add(Mistake::at(
                "engine.heartbeat_stale_ms",
                format!("is {}: expected at least three times engine.heartbeat_ms", self.engine.heartbeat_stale_ms),
            ));
        }
        if self.media.store == MediaStore::S3 && self.media_s3.bucket.is_none() {
            mistakes.add(Mistake::at(
                "media.s3.bucket",
                "is not set: expected the bucket's name, because media.store is `s3`",
            ));
        }
        let read = self.read_providers.iter().map(|(name, provider)| (format!("read.{name}"), &provider.secret));
        let pay = self.pay_providers.iter().map(|(name, provider)| (format!("pay.{name}"), &provider.secret));
        for (name, secret) in read.chain(pay) {
            let written = secret.expose_secret();
            let key = written.strip_prefix("whsec_").unwrap_or(written);
            if base64::engine::general_purpose::STANDARD.decode(key).is_ok_and(|key| key.len() >= SECRET_BYTES_MIN) {
                continue;
            }
            let what = format!("cannot be used: expected whsec_ and at least {SECRET_BYTES_MIN} bytes as base64");
            mistakes.add(Mistake::at(format!("providers.{name}.secret"), what));
        }
        for (name, gateway) in &self.smpp_gateways {
            if let Some(Err(error)) = gateway.country.as_deref().map(Country::named) {
                mistakes.add(Mistake::at(format!("sms.gateways.{name}.country"), error.to_string()));
            }
        }
        let url = self.database.url.as_ref().map(secrecy::SecretString::expose_secret);
        if url.is_some_and(|url| !url.starts_with("postgres://") && !url.starts_with("postgresql://")) {
            mistakes.add(Mistake::at("database.url", "cannot be used: expected a URL that starts with postgres://"));
        }
    }

    fn note_dev_secrets(&self, mistakes: &mut Mistakes) {
        let known = "is the one of `ganira dev`, which everybody knows: expected one of your own";
        for (name, app) in &self.whatsapp_apps {
            if app.secrets.iter().any(|secret| secret == DEV_APP_SECRET) {
                mistakes.add(Mistake::at(format!("whatsapp.apps.{name}.secrets"), known));
            }
            if app.verify_token.expose_secret() == DEV_VERIFY_TOKEN {
                mistakes.add(Mistake::at(format!("whatsapp.apps.{name}.verify_token"), known));
            }
        }
        let read = self.read_providers.iter().map(|(name, provider)| (format!("read.{name}"), &provider.secret));
        let pay = self.pay_providers.iter().map(|(name, provider)| (format!("pay.{name}"), &provider.secret));
        for (name, secret) in read.chain(pay) {
            if secret.expose_secret() == DEV_PROVIDER_SECRET {
                mistakes.add(Mistake::at(format!("providers.{name}.secret"), known));
            }
        }
        for (name, gateway) in &self.sms_gateways {
            if gateway.key.as_ref().is_some_and(|key| key.expose_secret() == DEV_SMS_KEY) {
                mistakes.add(Mistake::at(format!("sms.gateways.{name}.key"), known));
            }
        }
        for (name, gateway) in &self.ussd_gateways {
            if gateway.key.expose_secret() == DEV_USSD_KEY {
                mistakes.add(Mistake::at(format!("ussd.gateways.{name}.key"), known));
            }
        }
        let holds = |secret: &Option<secrecy::SecretString>, key: &str| {
            secret.as_ref().is_some_and(|secret| secret.expose_secret().contains(key))
        };
        let ring_key = DEV_KEY_RING.split_once(':').map_or(DEV_KEY_RING, |(_, key)| key);
        if holds(&self.secrets.key_ring, ring_key) {
            mistakes.add(Mistake::at("secrets.key_ring", known));
        }
        if holds(&self.secrets.hash_key, DEV_HASH_KEY) {
            mistakes.add(Mistake::at("secrets.hash_key", known));
        }
    }
}

/// Every section below `path`, by the name the operator chose.
fn read_named<S: Section>(reader: &mut Reader<'_>, path: &str) -> Option<BTreeMap<String, S>> {
    let names = reader.names(path);
    let read: Vec<_> = names
        .into_iter()
        .map(|name| {
            let section = S::read(reader, &format!("{path}.{name}"));
            section.map(|section| (name, section))
        })
        .collect();
    read.into_iter().collect()
}

/// The same, of those whose `kind` is this word.
fn read_kind<S: Section>(reader: &mut Reader<'_>, path: &str, kind: &str) -> Option<BTreeMap<String, S>> {
    let names = reader.names(path).into_iter();
    let names: Vec<String> = names.filter(|name| reader.is_word(&format!("{path}.{name}.kind"), kind)).collect();
    let read: Vec<_> = names
        .into_iter()
        .map(|name| {
            let section = S::read(reader, &format!("{path}.{name}"));
            section.map(|section| (name, section))
        })
        .collect();
    read.into_iter().collect()
}

fn unusable(mistakes: Mistakes) -> ConfigError {
    debug_assert!(!mistakes.is_empty(), "a field that cannot be read leaves a mistake");
    mistakes.into_result().err().unwrap_or(ConfigError { mistakes: Vec::new() })
}
