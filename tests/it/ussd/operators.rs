//! Handsets, operators and gateways of the sandbox, and the engine behind them: three companies' forms, repeated hops, sessions that drop.

use std::collections::BTreeMap;
use std::time::Duration;

use ganira::config::{Config, DEV_USSD_KEY, Purpose, Sources};
use serde_json::{Value, json};

use super::handset::{ALINE, BOOKED, add_code, count, number};
use crate::world::{Wish, World, wait_for};

/// Each gateway of the sandbox with its preset and code.
const OPERATORS: [(&str, &str, &str); 3] =
    [("at", "africastalking", "*384*77#"), ("hubtel", "hubtel", "*713*77#"), ("mtn", "mtn_rwanda", "*543*77#")];

async fn salon() -> World {
    let mut environment = BTreeMap::new();
    for (name, kind, _) in OPERATORS {
        for (field, value) in [("KIND", kind), ("KEY", DEV_USSD_KEY), ("COUNTRY", "RW")] {
            environment.insert(format!("GANIRA__USSD__GATEWAYS__{}__{field}", name.to_uppercase()), value.to_owned());
        }
    }
    let sources = Sources { purpose: Purpose::Dev, file: None, environment };
    let gateways = Config::load(&sources, |_, _| {}).unwrap().ussd_gateways;
    let change = move |config: &mut Config| config.ussd_gateways = gateways;
    let mut sandbox = Wish::default().sandbox;
    for gateway in &mut sandbox.ussd {
        gateway.idle = Duration::from_secs(20);
    }
    let world = World::with(Wish { change: Box::new(change), sandbox, ..Wish::default() }).await;
    for (name, _, code) in OPERATORS {
        add_code(&world, name, code).await;
    }
    world
}

async fn control(world: &World, what: &str, body: Value) -> Value {
    let answer = world.http.post(world.control(what)).json(&body).send().await.unwrap();
    assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    answer.json().await.unwrap()
}

/// Dials or types; the screen must be the engine's.
async fn press(world: &World, of: &str, what: &str, field: &str, text: &str) -> Value {
    let shown = control(world, &format!("/ussd/{what}"), json!({ "from": of, field: text })).await;
    assert!(shown["operator"].is_null(), "{shown}");
    shown
}

async fn key(world: &World, of: &str, text: &str) -> String {
    press(world, of, "input", "text", text).await["screen"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn every_operators_customer_books_though_each_hop_comes_twice() {
    let world = salon().await;
    for (together, (at, (_, _, code))) in [true, false, false].into_iter().zip(OPERATORS.iter().enumerate()) {
        let of = format!("+25078000010{at}");
        // XML-RPC tells neither history nor number: there a repeated hop is known while the first is under way.
        let twice = json!({ "target": "ussd", "kind": "duplicate_hops", "copies": 2, "together": together || at == 2 });
        control(&world, "/faults", twice).await;
        let menu = press(&world, &of, "dial", "code", code).await;
        assert_eq!(menu["same"], true, "{menu}");
        let mut screen = String::new();
        for text in ["1", "3", "1"] {
            let shown = press(&world, &of, "input", "text", text).await;
            assert_eq!((&shown["same"], &shown["ended"]), (&json!(true), &json!(false)), "{shown}");
            shown["screen"].as_str().unwrap().clone_into(&mut screen);
        }
        let confirm = key(&world, &of, &number(&screen, ":00")).await;
        let booked = press(&world, &of, "input", "text", &number(&confirm, "Yes, book it")).await;
        assert_eq!((&booked["same"], &booked["ended"]), (&json!(true), &json!(true)), "{booked}");
        assert!(booked["screen"].as_str().unwrap().starts_with("Booked:"), "{booked}");
        world.http.delete(world.control("/faults")).send().await.unwrap();
    }
    assert_eq!(count(&world, BOOKED).await, 3, "one for each customer");
    let refused: Vec<Value> =
        world.http.get(world.control("/ussd/hops?refused=1")).send().await.unwrap().json().await.unwrap();
    assert!(refused.is_empty(), "{refused:?}");
    world.stop().await;
}

#[tokio::test]
async fn a_session_that_the_operator_dropped_is_gone_on_with_when_she_dials_again() {
    let world = salon().await;
    press(&world, ALINE, "dial", "code", "*384*77#").await;
    control(&world, "/faults", json!({ "target": "ussd", "kind": "time_out", "times": 1 })).await;
    let left = key(&world, ALINE, "1").await;
    let told = wait_for("the operator to tell", async || {
        let hops = world.http.get(world.control("/ussd/hops")).send().await.ok()?.json::<Vec<Value>>().await.ok()?;
        hops.into_iter().find(|hop| hop["what"] == "end" && hop["status"] == 200)
    })
    .await;
    assert!(told["request"].as_str().unwrap().contains("status=Incomplete"), "{told}");
    let redial = press(&world, ALINE, "dial", "code", "*384*77#").await;
    let go_on = number(redial["screen"].as_str().unwrap(), "Go on");
    assert_eq!(key(&world, ALINE, &go_on).await, left);
    world.stop().await;
}
