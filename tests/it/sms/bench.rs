//! A world whose salon has a number at each of the four companies.

use ganira::config::{SmsGateway, SmsKind, SmsSignature, VonageApi};
use ganira::operations::sms_numbers::{self, NewSms};
use ganira::sandbox::{Options, SmsCompany, SmsGateway as Played};
use reqwest::StatusCode;
use serde_json::{Value, json};
use url::Url;

use crate::world::{Wish, World, wait_for};

pub const KEY: &str = "0123456789abcdef";
pub const SIGNING: &str = "what-signs-webhooks";
pub const PUBLIC: &str = "https://chat.example.com";
pub const ALINE: &str = "+250780000001";
/// A name under which the salon may write at Africa's Talking.
pub const SENDER: &str = "INZOZI";

/// Gateway, company, and the number the salon has there.
pub const GATEWAYS: [(&str, SmsCompany, &str); 4] = [
    ("at", SmsCompany::AfricasTalking, "7711"),
    ("tw", SmsCompany::Twilio, "+12025550100"),
    ("ib", SmsCompany::Infobip, "+250788000200"),
    ("vo", SmsCompany::Vonage, "+250788000300"),
];

/// The salon with its four numbers.
pub async fn salon() -> World {
    with(|_| {}).await
}

pub async fn with(change: impl FnOnce(&mut ganira::config::Config) + Send + 'static) -> World {
    let wish = Wish::default();
    let sandbox =
        Options { sms: GATEWAYS.map(|(name, company, number)| played(name, company, number)).to_vec(), ..wish.sandbox };
    let mut world = World::asleep(Wish {
        sandbox,
        change: Box::new(|config| {
            config.sms_gateways =
                GATEWAYS.iter().map(|(name, company, _)| ((*name).to_owned(), configured(*company))).collect();
            change(config);
        }),
        ..wish
    })
    .await;
    for (name, company, _) in GATEWAYS {
        let path = if company == SmsCompany::AfricasTalking { "/version1/messaging" } else { "" };
        let url = Url::parse(&format!("{}{path}", world.sandbox.sms_url(name))).unwrap();
        world.config.sms_gateways.get_mut(name).unwrap().api_url = Some(url);
    }
    let ring = ganira::cli::assemble::key_ring(&world.config).unwrap();
    let pool = world.database.pool().await;
    for (name, _, number) in GATEWAYS {
        let new = NewSms {
            gateway: name.into(),
            number: number.into(),
            parent: "sandbox".into(),
            token: Some("dev-sms-credential".to_owned().into()),
        };
        sms_numbers::add(&pool, &ring, world.tenant, &new).await.unwrap();
    }
    world.start().await;
    world
}

fn played(name: &str, company: SmsCompany, number: &str) -> Played {
    let signs = matches!(company, SmsCompany::Twilio | SmsCompany::Vonage);
    let mut numbers = vec![number.to_owned()];
    if company == SmsCompany::AfricasTalking {
        numbers.push(SENDER.to_owned());
    }
    Played {
        numbers,
        signing: signs.then(|| SIGNING.to_owned()),
        authorization: (company == SmsCompany::Infobip).then(|| "Basic c2FuZGJveA==".to_owned()),
        public: Some(PUBLIC.to_owned()),
        ..Played::new(name, company, KEY, number)
    }
}

fn configured(company: SmsCompany) -> SmsGateway {
    let kind = match company {
        SmsCompany::AfricasTalking => SmsKind::AfricasTalking,
        SmsCompany::Twilio => SmsKind::Twilio,
        SmsCompany::Infobip => SmsKind::Infobip,
        SmsCompany::Vonage => SmsKind::Vonage,
    };
    let secrets = ganira::config::SecretList::new(vec![SIGNING.to_owned().into()]);
    SmsGateway {
        kind,
        key: Some(KEY.to_owned().into()),
        allow_from: None,
        api_url: Some(Url::parse("http://127.0.0.1:1").unwrap()),
        secrets: Some(secrets),
        signature: (company == SmsCompany::Vonage).then_some(SmsSignature::HmacSha256),
        authorization: (company == SmsCompany::Infobip).then(|| "Basic c2FuZGJveA==".to_owned().into()),
        public_url: Some(Url::parse(PUBLIC).unwrap()),
        vonage_api: VonageApi::Sms,
        repeats: None,
    }
}

impl World {
    /// Somebody writes by SMS; waits until it was acknowledged.
    pub async fn text(&self, gateway: &str, from: &str, text: &str) -> Value {
        self.text_as(json!({ "gateway": gateway, "from": from, "text": text })).await
    }

    pub async fn text_as(&self, say: Value) -> Value {
        let answer = self.http.post(self.control("/sms/say?wait=1")).json(&say).send().await.unwrap();
        let status = answer.status();
        let said: Value = answer.json().await.unwrap();
        assert_eq!(status, StatusCode::OK, "{said}");
        said
    }

    pub async fn sms_inbox(&self, of: &str) -> Vec<Value> {
        let url = self.control(&format!("/sms/inbox?of={}", of.replace('+', "%2B")));
        self.http.get(url).send().await.unwrap().json().await.unwrap()
    }

    /// Waits until a handset has received `count` messages; the text of the last.
    pub async fn sms(&self, of: &str, count: usize) -> String {
        let inbox = wait_for(&format!("{count} SMS"), async || {
            let inbox = self.sms_inbox(of).await;
            (inbox.len() >= count).then_some(inbox)
        })
        .await;
        assert_eq!(inbox.len(), count, "{inbox:#?}");
        inbox[count - 1]["text"].as_str().unwrap().to_owned()
    }

    /// Waits until the deliveries of all messages have come to these ranks.
    pub async fn ranks(&self, wanted: &[i16]) {
        let pool = self.database.pool().await;
        wait_for(&format!("ranks {wanted:?}"), async || {
            let ranks: Vec<i16> =
                sqlx::query_scalar("SELECT rank FROM ganira.delivery ORDER BY seq, n").fetch_all(&pool).await.unwrap();
            (ranks == wanted).then_some(())
        })
        .await;
    }

    pub async fn count(&self, query: &str) -> i64 {
        let pool = self.database.pool().await;
        sqlx::query_scalar(sqlx::AssertSqlSafe(query.to_owned())).fetch_one(&pool).await.unwrap()
    }

    pub async fn order_sms_fault(&self, mut fault: Value) {
        fault["target"] = json!("sms");
        let answer = self.http.post(self.control("/faults")).json(&fault).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    }
}
