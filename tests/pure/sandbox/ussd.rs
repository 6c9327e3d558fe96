//! Operators and gateways of USSD: sessions of handsets, strict answers, budgets, ends that are told.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use bytes::Bytes;
use ganira::channels::ussd::{Asked, Asking, Called, Ended, Gateway, Input, Screen};
use ganira::sandbox::{Handle, Options, Sandbox, UssdGateway, UssdStyle};
use http::{HeaderMap, Method};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::ussd::configured;

const ALINE: &str = "+250780000001";
const KEY: &str = "dev-ussd-gateway";
const GATEWAYS: &str = r#"
[ussd.gateways.at]
kind = "africastalking"
key = "dev-ussd-gateway"
[ussd.gateways.hubtel]
kind = "hubtel"
key = "dev-ussd-gateway"
[ussd.gateways.mtn]
kind = "mtn_rwanda"
key = "dev-ussd-gateway"
"#;

/// An engine that reads as ours does and repeats what it heard. `end` ends, other words misbehave.
struct Engine {
    gateways: BTreeMap<String, Gateway>,
    asked: Mutex<Vec<Asked>>,
    said: Mutex<u32>,
}

async fn engine(State(engine): State<Arc<Engine>>, Path((name, key)): Path<(String, String)>, body: Bytes) -> Response {
    assert_eq!(key, KEY);
    let gateway = &engine.gateways[&name];
    let called = Called { method: &Method::POST, path: "", query: "", headers: &HeaderMap::new(), body: &body };
    let asked = gateway.read(&called).unwrap();
    engine.asked.lock().push(asked.clone());
    let Asking::Hop(hop) = &asked.asking else {
        return gateway.acknowledge(&asked).map(axum::body::Body::from).into_response();
    };
    let typed = match &hop.input {
        Input::History(history) => history.rsplit('*').next().unwrap_or_default(),
        Input::Last(last) => last,
    };
    let said = {
        let mut said = engine.said.lock();
        *said += 1;
        *said
    };
    let text = match typed {
        "slow" => {
            tokio::time::sleep(Duration::from_millis(400)).await;
            "too late".to_owned()
        }
        "long" => "a".repeat(183),
        "brackets" => "[".repeat(92),
        "changing" => format!("screen {said}"),
        "empty" => String::new(),
        "space" => return " CON x".into_response(),
        "bom" => return "\u{feff}CON x".into_response(),
        "curly" => return "CON it\u{2019}s".into_response(),
        "broken" => return (http::StatusCode::INTERNAL_SERVER_ERROR, "CON x").into_response(),
        other => format!("heard <{other}>"),
    };
    let screen = Screen { text, ended: typed == "end" };
    gateway.answer(&asked, &screen).map(axum::body::Body::from).into_response()
}

struct Bench {
    sandbox: Handle,
    engine: Arc<Engine>,
    client: reqwest::Client,
}

impl Bench {
    async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// `choose` sees every gateway.
    async fn with(choose: impl Fn(&mut UssdGateway)) -> Self {
        let settings = configured(GATEWAYS);
        let gateways =
            settings.iter().map(|(name, gateway)| (name.clone(), Gateway::new(name, gateway).unwrap())).collect();
        let own = Arc::new(Engine { gateways, asked: Mutex::default(), said: Mutex::default() });
        let router = Router::new().route("/webhooks/ussd/{gateway}/{key}", post(engine)).with_state(Arc::clone(&own));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        #[expect(clippy::disallowed_methods, reason = "the test's own server")]
        tokio::spawn(async move { axum::serve(listener, router).await });
        let mut options = Options {
            listen: "127.0.0.1:0".parse().unwrap(),
            webhook_url: Some(format!("http://{address}/webhooks/whatsapp").parse().unwrap()),
            ..Options::default()
        };
        options.ussd.iter_mut().for_each(choose);
        let sandbox = Sandbox::start(options).await.unwrap();
        Self { sandbox, engine: own, client: reqwest::Client::builder().no_proxy().build().unwrap() }
    }

    async fn call(&self, what: &str, body: Value) -> Value {
        let url = format!("http://{}/control/{what}", self.sandbox.addr());
        let answer = self.client.post(url).json(&body).send().await.unwrap();
        let refused = !answer.status().is_success();
        let answer: Value = answer.json().await.unwrap();
        assert!(!refused, "{answer}");
        answer
    }

    async fn dial(&self, code: &str) -> Value {
        self.call("ussd/dial", json!({ "from": ALINE, "code": code })).await
    }

    async fn input(&self, text: &str) -> Value {
        self.call("ussd/input", json!({ "from": ALINE, "text": text })).await
    }

    async fn fault(&self, mut fault: Value) {
        fault["target"] = json!("ussd");
        self.call("faults", fault).await;
    }

    async fn hops(&self, query: &str) -> Vec<Value> {
        let url = format!("http://{}/control/ussd/hops?{query}", self.sandbox.addr());
        self.client.get(url).send().await.unwrap().json().await.unwrap()
    }

    /// How sessions ended, as the engine was told, once it was told `count` times.
    async fn ends(&self, count: usize) -> Vec<Ended> {
        for _ in 0..200 {
            let ends: Vec<Ended> = self
                .engine
                .asked
                .lock()
                .iter()
                .filter_map(|asked| match &asked.asking {
                    Asking::Ended { how, .. } => Some(*how),
                    _ => None,
                })
                .collect();
            if ends.len() >= count {
                return ends;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("the engine was not told of {count} ends");
    }
}

fn is_operator(shown: &Value, why: &str) -> bool {
    shown["ended"] == true
        && shown["screen"] == "Connection problem or invalid MMI code."
        && shown["operator"].as_str().is_some_and(|said| said.contains(why))
}

#[tokio::test]
async fn a_session_goes_on_until_the_engine_ends_it_in_every_style() {
    for code in ["*384*77#", "*713*77#", "*543*77#"] {
        let bench = Bench::start().await;
        let first = bench.dial(code).await;
        assert_eq!(first["ended"], false, "{first}");
        assert_eq!(bench.input("1").await["screen"], "heard <1>");
        assert_eq!(bench.input("2").await["screen"], "heard <2>");
        let last = bench.input("end").await;
        assert_eq!((last["screen"].as_str(), &last["ended"]), (Some("heard <end>"), &json!(true)));
        let over = bench.input("3").await;
        assert_eq!((&over["ended"], over["operator"].is_string()), (&json!(true), true));
        let asked = bench.engine.asked.lock();
        assert!(asked.iter().all(|hop| hop.session == asked[0].session));
        if code == "*713*77#" {
            let sequences: Vec<_> = asked.iter().map(|asked| asked.sequence).collect();
            assert_eq!(sequences, [Some(1), Some(2), Some(3), Some(4)]);
        }
    }
}

#[tokio::test]
async fn what_is_dialled_behind_the_code_reaches_the_engine_in_every_style() {
    for (code, wanted) in [("*384*77*1*2#", "*384*77#"), ("*713*77*1*2#", "*713*77#"), ("*543*77*1*2#", "*543*77#")] {
        let bench = Bench::start().await;
        bench.dial(code).await;
        let asked = bench.engine.asked.lock();
        let Asking::Hop(hop) = &asked[0].asking else { panic!("{asked:?}") };
        assert_eq!((hop.code.as_str(), hop.dialled.as_str(), hop.phone.as_str()), (wanted, "1*2", ALINE));
    }
}

#[tokio::test]
async fn a_code_nobody_has_is_answered_by_the_operator() {
    let bench = Bench::start().await;
    assert!(is_operator(&bench.dial("*999#").await, "no gateway has the code *999#"));
    assert!(is_operator(&bench.dial("*384*778#").await, "no gateway has"));
    assert!(bench.engine.asked.lock().is_empty());
}

#[tokio::test]
async fn an_answer_that_is_not_exactly_as_the_gateway_wants_it_is_the_operators_error_and_recorded() {
    for (typed, why) in [
        ("space", "begins with neither"),
        ("bom", "begins with neither"),
        ("curly", "'\u{2019}', which handsets do not have"),
        ("long", "takes 183 septets"),
        ("brackets", "takes 184 septets"),
        ("empty", "the screen is empty"),
        ("broken", "the status is 500"),
    ] {
        let bench = Bench::start().await;
        bench.dial("*384*77#").await;
        let shown = bench.input(typed).await;
        assert!(is_operator(&shown, why), "{typed}: {shown}");
        assert_eq!(bench.ends(1).await, [Ended::Failed]);
        let refused = bench.hops("refused=1").await;
        assert!(refused[0]["refused"].as_str().unwrap().contains(why), "{refused:?}");
        assert!(bench.input("1").await["operator"].is_string(), "the session is over");
    }
}

#[tokio::test]
async fn an_engine_that_is_late_leaves_its_customer_with_the_operators_words() {
    let bench = Bench::with(|gateway| gateway.budget = Duration::from_millis(150)).await;
    bench.dial("*384*77#").await;
    assert!(is_operator(&bench.input("slow").await, "no answer came within 150 ms"));
    assert_eq!(bench.ends(1).await, [Ended::Failed]);
    bench.fault(json!({ "kind": "slow", "ms": 300, "times": 1 })).await;
    assert!(is_operator(&bench.dial("*384*77#").await, "no answer came"));
    assert_eq!(bench.dial("*384*77#").await["ended"], false);
}

#[tokio::test]
async fn hanging_up_and_waiting_too_long_are_told() {
    let bench = Bench::with(|gateway| gateway.idle = Duration::from_millis(50)).await;
    bench.dial("*384*77#").await;
    bench.call("ussd/cancel", json!({ "from": ALINE })).await;
    assert_eq!(bench.ends(1).await, [Ended::Aborted]);
    bench.dial("*713*77#").await;
    assert_eq!(bench.ends(2).await[1], Ended::TimedOut);
    assert!(bench.input("1").await["operator"].is_string());
}

#[tokio::test]
async fn a_session_lasts_only_so_long_and_times_out_on_command() {
    let bench = Bench::with(|gateway| gateway.total = Duration::from_millis(100)).await;
    bench.dial("*713*77#").await;
    assert_eq!(bench.ends(1).await, [Ended::TimedOut]);
    bench.fault(json!({ "kind": "time_out", "times": 1 })).await;
    assert_eq!(bench.dial("*713*77#").await["ended"], false, "the screen is still seen");
    assert!(bench.input("1").await["operator"].is_string());
    assert_eq!(bench.ends(2).await.len(), 2);
}

#[tokio::test]
async fn ends_may_be_left_out_or_told_twice() {
    let bench = Bench::start().await;
    bench.fault(json!({ "kind": "no_end_events", "times": 1 })).await;
    bench.dial("*384*77#").await;
    // Dialling anew breaks the first session off.
    bench.dial("*384*77#").await;
    bench.fault(json!({ "kind": "duplicate_webhooks", "copies": 2, "times": 1 })).await;
    bench.input("end").await;
    assert_eq!(bench.ends(2).await, [Ended::Finished, Ended::Finished]);
}

#[tokio::test]
async fn a_hop_is_repeated_on_command_and_its_answers_compared() {
    let bench = Bench::start().await;
    bench.fault(json!({ "kind": "duplicate_hops", "copies": 3, "times": 1 })).await;
    let shown = bench.dial("*384*77#").await;
    assert_eq!(shown["same"], true, "{shown}");
    assert_eq!(bench.engine.asked.lock().len(), 3);
    bench.fault(json!({ "kind": "duplicate_hops", "copies": 2, "together": true, "times": 1 })).await;
    assert_eq!(bench.input("changing").await["same"], false);
    bench.input("1").await;
    assert_eq!(bench.call("ussd/again", json!({ "from": ALINE })).await["same"], true);
    let hops = bench.hops("of=+250780000001").await;
    assert_eq!(hops[0]["request"], hops[1]["request"]);
}

#[tokio::test]
async fn an_answer_that_was_lost_ends_the_session() {
    let bench = Bench::start().await;
    bench.fault(json!({ "kind": "drop_answer", "times": 1, "of": ALINE })).await;
    assert!(is_operator(&bench.dial("*384*77#").await, "lost on its way"));
    assert!(matches!(bench.engine.asked.lock()[0].asking, Asking::Hop(_)), "the engine was asked");
    assert_eq!(bench.ends(1).await, [Ended::Failed]);
    bench.fault(json!({ "kind": "status", "status": 502, "times": 1 })).await;
    assert!(is_operator(&bench.dial("*384*77#").await, "502"));
}

#[tokio::test]
async fn gateways_are_set_up_while_the_sandbox_runs() {
    let bench = Bench::start().await;
    bench.call("ussd/gateways", json!({ "name": "at", "codes": ["*384*77#", "*384*77*5#"] })).await;
    bench.dial("*384*77*5*1#").await;
    {
        let asked = bench.engine.asked.lock();
        let Asking::Hop(hop) = &asked[0].asking else { panic!("{asked:?}") };
        assert_eq!((hop.code.as_str(), hop.dialled.as_str()), ("*384*77*5#", "1"), "the longest code counts");
    }
    let unknown = json!({ "from": ALINE, "code": "*384*77#", "gateway": "nobody" });
    let url = format!("http://{}/control/ussd/dial", bench.sandbox.addr());
    let answer = bench.client.post(url).json(&unknown).send().await.unwrap();
    assert_eq!(answer.status(), 400);
    assert_eq!(UssdGateway::new("x", UssdStyle::Hubtel, KEY, "*1#").codes, ["*1#"]);
}
