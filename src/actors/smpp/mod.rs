//! Message centres that speak SMPP: the connections of each gateway's system ids, what comes in by them and how messages leave.
//!
//! A [`line`] is one system id at one gateway with all its connections; accounts of the same system id share it. Lines begin and end with the
//! accounts there are. What is safe is answered, everything else has to come again.

mod begun;
mod hear;
mod line;
mod repeats;
mod ussd;
mod wire;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::RwLock;
use secrecy::ExposeSecret as _;

use super::accounts::Account;
use super::fence::Fence;
use super::ingress::Ingress;
use super::outbound::Wire;
use super::shared::World;
use crate::channels::smpp::parts::Writing;
use crate::channels::smpp::{Centre, TcpCentre};
use crate::config::{Config, SmppGateway};
use crate::domain::{Country, Phone};
use crate::flows::Channel;
use line::{Line, LineName, Login};

/// How often lines are compared with the accounts there are.
const COMPARE_EVERY: Duration = Duration::from_millis(500);

/// One message centre as it is configured.
#[derive(Debug)]
struct Gateway {
    name: String,
    settings: SmppGateway,
    writing: Writing,
    country: Option<Country>,
    /// Why it cannot be used instead, where it cannot.
    centre: Result<Arc<dyn Centre>, String>,
}

/// All message centres of one incarnation. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Centres(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    gateways: HashMap<String, Arc<Gateway>>,
    lines: RwLock<HashMap<LineName, Arc<Line>>>,
}

impl Centres {
    pub fn new(settings: &Config) -> Self {
        let gateways = settings.smpp_gateways.iter();
        let gateways = gateways.map(|(name, gateway)| (name.clone(), Arc::new(Gateway::new(name, gateway))));
        Self(Arc::new(Inner { gateways: gateways.collect(), lines: RwLock::default() }))
    }

    /// How long each gateway's parts of long messages are waited for.
    pub(super) fn parts_waits(&self) -> impl Iterator<Item = (String, Duration)> {
        self.0.gateways.values().map(|gateway| (gateway.name.clone(), gateway.parts_wait()))
    }

    /// How messages leave, by gateway.
    pub fn wires(&self) -> Vec<(String, Arc<dyn Wire>)> {
        let wire = |gateway: &Arc<Gateway>| wire::SmppWire { centres: self.clone(), gateway: gateway.clone() };
        self.0.gateways.iter().map(|(name, gateway)| (name.clone(), Arc::new(wire(gateway)) as Arc<dyn Wire>)).collect()
    }

    /// Keeps the connections of all accounts until the fence falls.
    pub async fn run(self, world: Arc<World>, fence: Fence, ingress: Ingress) {
        if self.0.gateways.is_empty() {
            return;
        }
        let tools = line::Tools { world: world.clone(), ingress };
        loop {
            self.compare(&world, &tools);
            if fence.wait_or_fallen(COMPARE_EVERY).await {
                return self.end().await;
            }
        }
    }

    /// Ends every session as the protocol wants it. Nothing is sent or taken any more.
    pub async fn unbind(&self) {
        let lines: Vec<Arc<Line>> = self.0.lines.read().values().cloned().collect();
        futures::future::join_all(lines.iter().map(|line| line.unbind())).await;
    }

    /// After the fence another incarnation binds: nobody may be in its way.
    async fn end(&self) {
        self.unbind().await;
        self.0.lines.write().clear();
    }

    fn compare(&self, world: &Arc<World>, tools: &line::Tools) {
        let wanted = self.wanted(&world.accounts.all());
        let gone: Vec<Arc<Line>> = {
            let mut lines = self.0.lines.write();
            let is_wanted = |line: &Line| wanted.get(&line.name).is_some_and(|login| line.login.is_same(login));
            let gone = lines.extract_if(|_, line| !is_wanted(line)).map(|(_, line)| line).collect();
            for (name, login) in wanted {
                let Some(gateway) = self.0.gateways.get(&name.gateway) else { continue };
                lines.entry(name.clone()).or_insert_with(|| Line::begin(name, gateway.clone(), login, tools.clone()));
            }
            gone
        };
        for line in gone {
            super::spawn(async move { line.unbind().await });
        }
    }

    /// The lines there are to be: of accounts that have a password.
    fn wanted(&self, accounts: &[Arc<Account>]) -> HashMap<LineName, Login> {
        let ours = accounts.iter().filter(|account| matches!(account.channel, Channel::Sms | Channel::Ussd));
        let ours = ours.filter(|account| self.0.gateways.contains_key(&account.app));
        ours.filter_map(|account| {
            let login = Login { password: account.credential.as_ref()?.expose_secret().to_owned().into() };
            Some((LineName::of(account), login))
        })
        .collect()
    }

    fn line(&self, account: &Account) -> Option<Arc<Line>> {
        self.0.lines.read().get(&LineName::of(account)).cloned()
    }
}

impl Gateway {
    fn new(name: &str, settings: &SmppGateway) -> Self {
        let centre = centre(settings).map(|centre| Arc::new(centre) as Arc<dyn Centre>);
        if let Err(why) = &centre {
            tracing::error!(gateway = name, why, "a message centre cannot be used");
        }
        let writing = Writing {
            default_alphabet: settings.default_alphabet,
            data_coding: settings.data_coding as u8,
            joining: settings.joining,
            look_alikes: settings.look_alikes,
        };
        let country = settings.country.as_deref().and_then(|country| Country::named(country).ok());
        Self { name: name.to_owned(), settings: settings.clone(), writing, country, centre }
    }

    /// A person's digits as the centre writes them, in international form where they are hers at home.
    fn digits(&self, from: &str) -> String {
        let home = self.country.and_then(|country| Phone::parse_in(from, Some(country)).ok());
        let digits = from.trim_start_matches('+');
        let digits = digits.strip_prefix("00").unwrap_or(digits);
        home.map_or_else(|| digits.to_owned(), |phone| phone.digits().to_owned())
    }

    fn parts_wait(&self) -> Duration {
        Duration::from_millis(self.settings.parts_wait_ms)
    }
}

fn centre(settings: &SmppGateway) -> Result<TcpCentre, String> {
    let tls = match (settings.tls, &settings.tls_ca_file) {
        (false, _) => None,
        (true, None) => Some(Arc::new(crate::channels::transport::tls())),
        (true, Some(path)) => {
            let tls =
                crate::channels::transport::tls_of(path).map_err(|error| format!("{}: {error}", path.display()))?;
            Some(Arc::new(tls))
        }
    };
    Ok(TcpCentre {
        host: settings.host.clone(),
        port: settings.port,
        tls,
        system_type: settings.system_type.clone().unwrap_or_default(),
        address_range: settings.address_range.clone().unwrap_or_default(),
        window: settings.window as usize,
        enquire_link: Duration::from_millis(settings.enquire_link_ms),
        answer_timeout: Duration::from_millis(settings.answer_timeout_ms),
    })
}
