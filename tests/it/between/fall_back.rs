//! What WhatsApp cannot deliver goes by SMS, once, and the thread shows it.

use chrono::TimeDelta;
use ganira::operations::thread::Name;
use serde_json::json;

use super::*;

async fn order(world: &World, fault: Value) {
    let ordered = world.http.post(world.control("/faults")).json(&fault).send().await.unwrap();
    assert!(ordered.status().is_success(), "{}", ordered.text().await.unwrap());
}

/// Both lines: the one that failed, and the one that went instead.
fn replaced(lines: &[Line]) -> (Line, Line) {
    let instead: Vec<_> = lines.iter().filter(|line| line.instead_of.is_some()).collect();
    assert_eq!(instead.len(), 1, "{lines:#?}");
    let of = instead[0].instead_of.as_ref().unwrap().message.unwrap();
    let failed = lines.iter().find(|line| line.turn == of.turn && line.n == Some(of.n)).unwrap();
    (failed.clone(), instead[0].clone())
}

async fn replaced_in_time(world: &World, who: Conversation) -> (Line, Line) {
    wait_for("a message to go instead and the other to have failed", async || {
        let lines = thread(world, who).await;
        let done =
            lines.iter().any(|line| line.instead_of.is_some()) && lines.iter().any(|line| line.state == Some("failed"));
        done.then(|| replaced(&lines))
    })
    .await
}

#[tokio::test]
async fn a_message_that_is_refused_as_undeliverable_goes_by_sms_with_the_same_words() {
    let world = shop().await;
    order(&world, json!({"target": "whatsapp", "kind": "refuse", "code": 131_026, "times": 1, "of": ALINE})).await;
    world.say(ALINE, "hello").await;
    let who = by_phone(&world, ALINE).await;
    let (failed, instead) = replaced_in_time(&world, who).await;
    assert_eq!((failed.channel.as_str(), failed.state, failed.code), ("whatsapp", Some("failed"), Some(131_026)));
    assert_eq!(failed.replaced_by, Some(Name { turn: instead.turn, n: instead.n.unwrap() }));
    assert_eq!(instead.channel, "sms");
    assert_eq!(instead.text.as_deref(), Some("Which size?\n1 Small\n2 Large"));
    let of = instead.instead_of.unwrap();
    assert_eq!((of.channel.as_str(), of.reason.as_str()), ("whatsapp", "undeliverable"));
    // She answers by SMS what she was asked on WhatsApp.
    sms(&world, ALINE, "2").await;
    assert_eq!(said_many(&world, who, "sms", 2).await.len(), 2);
    world.stop().await;
}

#[tokio::test]
async fn a_message_that_fails_later_goes_by_sms_once_over_restarts_and_repeated_news() {
    let mut world = shop().await;
    order(&world, json!({"target": "whatsapp", "kind": "fail_later", "code": 131_026, "times": 1, "of": ALINE})).await;
    order(&world, json!({"target": "whatsapp", "kind": "duplicate_webhooks", "copies": 3})).await;
    world.say(ALINE, "hello").await;
    let who = by_phone(&world, ALINE).await;
    replaced_in_time(&world, who).await;
    world.stop_engine().await;
    world.start().await;
    let at = sqlx::query_as::<_, (i64, i16)>("SELECT seq, n FROM ganira.fall_back")
        .fetch_one(&world.database.pool().await)
        .await
        .unwrap();
    let of = ganira::domain::OutboxId { conversation: who, seq: ganira::domain::Seq(at.0), n: at.1 };
    let engine = &world.running.as_ref().unwrap().engine;
    let ingress = engine.enter(Channel::WhatsApp).unwrap();
    let account = engine.world().accounts.named(Channel::WhatsApp, NUMBER).unwrap();
    // News of the same failure by another way.
    assert!(ingress.send_failed(of, &account, "undeliverable").await.is_safe());
    assert_eq!(said(&world, who, "sms").await.len(), 1);
    world.stop().await;
}

#[tokio::test]
async fn what_may_only_be_said_within_a_day_goes_by_sms_once_that_is_over() {
    let mut world = shop().await;
    world.say(ALINE, "hello").await;
    last_text(&world, ALINE, 1).await;
    let who = by_phone(&world, ALINE).await;
    world.stop_engine().await;
    world.start_at(TimeDelta::hours(25)).await;
    tell(&world, who, "shop.ready").await;
    let lines = thread(&world, who).await;
    let is_notice = |line: &&Line| line.text.as_deref().is_some_and(|text| text.starts_with("Your order is ready."));
    let notice = lines.iter().find(is_notice).unwrap_or_else(|| panic!("{lines:#?}"));
    assert_eq!(notice.channel, "sms");
    let of = notice.instead_of.as_ref().unwrap();
    assert_eq!((of.channel.as_str(), of.reason.as_str(), of.message), ("whatsapp", "window_shut", None));
    world.stop().await;
}

#[tokio::test]
async fn a_tenant_may_want_no_other_way() {
    let world = shop().await;
    let pool = world.database.pool().await;
    tenants::set_fallback(&pool, world.tenant, Some(&[])).await.unwrap();
    refresh(&world).await;
    order(&world, json!({"target": "whatsapp", "kind": "refuse", "code": 131_026, "times": 1, "of": ALINE})).await;
    world.say(ALINE, "hello").await;
    let who = by_phone(&world, ALINE).await;
    wait_for("the message to have failed", async || {
        thread(&world, who).await.iter().any(|line| line.state == Some("failed")).then_some(())
    })
    .await;
    assert!(said(&world, who, "sms").await.is_empty());
    assert!(thread(&world, who).await.iter().all(|line| line.replaced_by.is_none()));
    world.stop().await;
}

#[tokio::test]
async fn without_an_sms_account_nothing_goes_another_way() {
    let world = shop().await;
    let pool = world.database.pool().await;
    sqlx::query("UPDATE ganira.account SET stopped_reason = 'a test' WHERE channel = 'sms'")
        .execute(&pool)
        .await
        .unwrap();
    refresh(&world).await;
    order(&world, json!({"target": "whatsapp", "kind": "refuse", "code": 131_026, "times": 1, "of": ALINE})).await;
    world.say(ALINE, "hello").await;
    let who = by_phone(&world, ALINE).await;
    wait_for("the message to have failed", async || {
        thread(&world, who).await.iter().any(|line| line.state == Some("failed")).then_some(())
    })
    .await;
    assert!(said(&world, who, "sms").await.is_empty(), "a stopped account is no door");
    world.stop().await;
}

pub async fn tell(world: &World, who: Conversation, event: &str) {
    let pool = world.database.pool().await;
    let ring = assemble::key_ring(&world.config).unwrap();
    let id = ganira::crypto::random::hex_token::<8>();
    let payload = json!({});
    let news = ganira::operations::news::News { who, name: event, payload: &payload, id: &id };
    let answer = ganira::operations::news::tell_now(&pool, &ring, &news, Duration::from_secs(15)).await.unwrap();
    assert_eq!(answer.as_deref(), Some("told"));
}
