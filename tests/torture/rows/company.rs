//! The company that takes our messages is slow, says "too fast", fails, resets the connection before or after it took the message, or never
//! answers.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::report::Report;
use crate::rows::Scale;
use crate::town::{Town, Wish};

/// How long a fault is in force, at most.
const WINDOW: Duration = Duration::from_millis(900);

pub async fn row(scale: Scale) -> Report {
    let mut town = Town::at_work(Wish::of(scale)).await;
    let rounds = scale.of(1, 8);
    for _ in 0..rounds {
        for fault in faults() {
            town.clear_faults().await;
            town.order_fault(fault).await;
            town.everyday_faults().await;
            sleep(WINDOW).await;
        }
    }
    town.clear_faults().await;
    town.everyday_faults().await;
    // What nobody answers is asked again when it has waited for long enough.
    town.acknowledged_more(50).await;
    town.report.runs = rounds * faults().len();
    let seen: Vec<Value> = town.requests().await;
    let status = |wanted: u64| seen.iter().filter(|request| request["status"].as_u64() == Some(wanted)).count();
    let throttled = seen.iter().filter(|request| request["answer"]["error"]["code"] == 130_429).count();
    let late = town.nodes[0].slow_sends().await;
    let unanswered = |taken: bool| {
        let is = |request: &&Value| request["status"].is_null() && request["answer"]["messages"].is_array() == taken;
        seen.iter().filter(is).count()
    };
    for (what, times) in [
        ("answered late", late),
        ("told to slow down", throttled),
        ("answered 500", status(500)),
        ("answered 503", status(503)),
        ("taken and reset, or never answered", unanswered(true)),
        ("reset before they were taken", unanswered(false)),
    ] {
        town.report.bit(what, times);
    }
    town.judge().await
}

fn faults() -> Vec<Value> {
    vec![
        json!({ "kind": "slow", "ms": 900, "times": 30 }),
        json!({ "kind": "throttle", "code": 130_429, "retry_after": 1, "times": 20 }),
        json!({ "kind": "status", "status": 500, "times": 20 }),
        json!({ "kind": "status", "status": 503, "times": 20 }),
        json!({ "kind": "reset", "times": 20 }),
        json!({ "kind": "reset", "before": true, "times": 20 }),
        json!({ "kind": "drop_answer", "times": 5 }),
    ]
}
