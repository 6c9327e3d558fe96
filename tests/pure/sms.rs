//! The SMS companies' contracts: what comes in reads as expected, what goes out has their form, what they sign is believed, what they answer is
//! understood.

mod outcome;
mod read;
mod render;
mod signatures;

use bytes::Bytes;
use ganira::channels::sms::{Called, Gateway, Unsigned, Update};
use ganira::config::{Config, Purpose, SmsGateway, Sources};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

/// Settings of a gateway as an operator writes them.
fn settings(lines: &[(&str, &str)]) -> SmsGateway {
    let mut environment = std::collections::BTreeMap::new();
    let all = [("key", "0123456789abcdef"), ("public_url", "https://chat.example.com")];
    for (field, value) in all.iter().chain(lines) {
        environment.insert(format!("GANIRA__SMS__GATEWAYS__GW__{}", field.to_uppercase()), (*value).to_owned());
    }
    let sources = Sources { purpose: Purpose::Dev, file: None, environment };
    Config::load(&sources, |_, _| {}).unwrap().sms_gateways.remove("gw").unwrap()
}

fn gateway(lines: &[(&str, &str)]) -> Gateway {
    Gateway::new("gw", &settings(lines), None).unwrap().unwrap()
}

fn africas_talking() -> Gateway {
    gateway(&[("kind", "africastalking")])
}

fn twilio() -> Gateway {
    gateway(&[("kind", "twilio"), ("secrets", "12345")])
}

fn infobip() -> Gateway {
    gateway(&[("kind", "infobip"), ("api_url", "https://xyz.api.infobip.com"), ("authorization", "Basic Z2FuaXJh")])
}

fn vonage() -> Gateway {
    gateway(&[("kind", "vonage"), ("secrets", "signature_secret"), ("signature", "hmac-sha256")])
}

/// A request, from what stands in its request line, headers and body.
struct Request {
    method: Method,
    target: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Request {
    fn get(target: &str) -> Self {
        Self { method: Method::GET, target: target.to_owned(), headers: HeaderMap::new(), body: Bytes::new() }
    }

    fn post(target: &str, kind: &str, body: &str) -> Self {
        let mut request = Self::get(target);
        request.method = Method::POST;
        request.body = Bytes::copy_from_slice(body.as_bytes());
        request.header("content-type", kind)
    }

    fn form(body: &str) -> Self {
        Self::post("/webhooks/sms/gw/key", "application/x-www-form-urlencoded; charset=utf-8", body)
    }

    fn json(body: &str) -> Self {
        Self::post("/webhooks/sms/gw/key", "application/json", body)
    }

    fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        self
    }

    fn called(&self) -> Called<'_> {
        Called { method: &self.method, target: &self.target, headers: &self.headers, body: &self.body }
    }

    fn verified(&self, gateway: &Gateway) -> Result<(), Unsigned> {
        gateway.verify(&self.called())
    }

    fn read(&self, gateway: &Gateway) -> Vec<Update> {
        gateway.read(&self.called()).unwrap()
    }
}

#[test]
fn every_mistake_of_a_gateway_is_named_with_its_field() {
    let mut twilio = settings(&[("kind", "twilio"), ("secrets", "12345")]);
    twilio.key = None;
    twilio.secrets = None;
    twilio.public_url = None;
    let bad = Gateway::new("Tw", &twilio, None).unwrap_err();
    let fields: Vec<String> = bad.by_path().map(|(path, _)| path).collect();
    assert_eq!(
        fields,
        ["sms.gateways.Tw", "sms.gateways.Tw.key", "sms.gateways.Tw.secrets", "sms.gateways.Tw.public_url"]
    );
    let weak = settings(&[("kind", "africastalking"), ("key", "short")]);
    assert!(Gateway::new("at", &weak, None).unwrap_err().to_string().contains("at least 16"));
    let nowhere = settings(&[("kind", "infobip")]);
    assert!(Gateway::new("ib", &nowhere, None).unwrap_err().to_string().contains("ib.api_url"));
    let unsigned = settings(&[("kind", "vonage"), ("signature", "md5hash")]);
    assert!(Gateway::new("vo", &unsigned, None).unwrap_err().to_string().contains("vo.secrets"));
}

#[test]
fn the_key_and_the_network_open_a_gateway() {
    let open = africas_talking();
    assert!(open.is_open_to("0123456789abcdef", None));
    assert!(!open.is_open_to("0123456789abcdeF", None) && !open.is_open_to("", None));
    let fenced = gateway(&[("kind", "africastalking"), ("allow_from", "192.0.2.0/24, 2001:db8::/32")]);
    let asks = |address: &str| fenced.is_open_to("0123456789abcdef", Some(address.parse().unwrap()));
    assert!(asks("192.0.2.7") && asks("2001:db8::7") && asks("::ffff:192.0.2.7"));
    assert!(!asks("198.51.100.7") && !fenced.is_open_to("0123456789abcdef", None));
}

#[test]
fn no_secret_is_shown() {
    for gateway in [twilio(), infobip(), vonage()] {
        let shown = format!("{gateway:?}");
        for secret in ["0123456789abcdef", "12345", "signature_secret", "Z2FuaXJh"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
