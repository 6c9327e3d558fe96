//! How a sandbox is set up.

use std::net::SocketAddr;
use std::time::Duration;

use url::Url;

use super::sms::{SmsCompany, SmsGateway};
use super::smsc::SmscOptions;
use super::ussd::{UssdGateway, UssdStyle};
use crate::domain::Clock;

/// The secret part of the paths of SMS webhooks, unless chosen otherwise.
const SMS_KEY: &str = "devsmsgateway0001";

/// A business number the sandbox knows.
#[derive(Debug, Clone)]
pub struct Number {
    pub phone_number_id: String,
    /// The WhatsApp Business account it belongs to.
    pub waba_id: String,
    /// Digits without `+`, as webhooks show it.
    pub display: String,
}

/// The secret part of the path of every USSD callback, unless chosen otherwise.
const USSD_KEY: &str = "dev-ussd-gateway";

/// Everything that can be chosen. The default is the demo salon, with Meta's published limits.
#[derive(Debug, Clone)]
pub struct Options {
    pub listen: SocketAddr,
    /// Where webhooks go. `None` until the engine's address is known: they wait.
    pub webhook_url: Option<Url>,
    pub app_secret: String,
    pub verify_token: String,
    /// What providers and tenants' servers are signed with: `whsec_` and base64.
    pub provider_secret: String,
    /// Access tokens that are taken; when empty, any is.
    pub access_tokens: Vec<String>,
    pub numbers: Vec<Number>,
    /// SMS gateways that take messages and call the engine.
    pub sms: Vec<SmsGateway>,
    /// USSD gateways that call the engine.
    pub ussd: Vec<UssdGateway>,
    /// Messages a second from one number. Meta: 80, by request up to 1,000.
    pub number_rate: u32,
    /// Messages one number may send to one person at once, and how long one of them takes to be earned again. Meta: 45 and 6 seconds.
    pub pair_burst: u32,
    pub pair_refill: Duration,
    /// The customer service window. Meta: 24 hours.
    pub window: Duration,
    /// Which statuses follow an accepted message, in this order.
    pub statuses: Vec<String>,
    /// How long before each status.
    pub status_delay: Duration,
    /// Webhooks on their way at once.
    pub webhook_concurrency: usize,
    /// How long one delivery may take.
    pub webhook_timeout: Duration,
    /// Waits between deliveries of one webhook grow from the first to the second. Meta: up to hours.
    pub webhook_backoff: (Duration, Duration),
    /// How long a webhook is tried. Meta: 7 days.
    pub webhook_give_up: Duration,
    /// How long a media address lives. Meta: 5 minutes.
    pub media_url_life: Duration,
    /// Messages kept in all handsets together; the oldest go first.
    pub inbox_messages_max: usize,
    /// Requests kept for looking at; the oldest go first.
    pub requests_max: usize,
    pub people_max: usize,
    pub clock: Clock,
    /// A message centre beside the companies.
    pub smsc: Option<SmscOptions>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8090)),
            webhook_url: None,
            app_secret: "dev-app-secret".to_owned(),
            verify_token: "dev-verify-token".to_owned(),
            provider_secret: "whsec_Z2FuaXJhIGRldiBwcm92aWRlcnMsIG5vdCBhIHNlY3JldA==".to_owned(),
            access_tokens: Vec::new(),
            numbers: vec![Number {
                phone_number_id: "106540352242922".to_owned(),
                waba_id: "102290129340398".to_owned(),
                display: "250788000100".to_owned(),
            }],
            sms: vec![SmsGateway::new("at", SmsCompany::AfricasTalking, SMS_KEY, "7711")],
            ussd: vec![
                UssdGateway::new("at", UssdStyle::AfricasTalking, USSD_KEY, "*384*77#"),
                UssdGateway::new("hubtel", UssdStyle::Hubtel, USSD_KEY, "*713*77#"),
                UssdGateway::new("mtn", UssdStyle::MtnRwanda, USSD_KEY, "*543*77#"),
            ],
            number_rate: 80,
            pair_burst: 45,
            pair_refill: Duration::from_secs(6),
            window: Duration::from_hours(24),
            statuses: ["sent", "delivered", "read"].map(str::to_owned).to_vec(),
            status_delay: Duration::from_millis(20),
            webhook_concurrency: 64,
            webhook_timeout: Duration::from_secs(10),
            webhook_backoff: (Duration::from_millis(200), Duration::from_secs(10)),
            webhook_give_up: Duration::from_hours(7 * 24),
            media_url_life: Duration::from_mins(5),
            inbox_messages_max: 200_000,
            requests_max: 20_000,
            people_max: 500_000,
            clock: Clock::system(),
            smsc: None,
        }
    }
}
