//! STOP and START.

use ganira::cli::{assemble, person::remembered};
use ganira::domain::Clock;
use ganira::operations::people::{self, Erasure};
use ganira::operations::tenants::{self, NewTenant, NewWhatsapp};
use ganira::sandbox::Number;
use serde_json::json;

use super::house::{
    ALINE, PATIENCE, STARTED, STOPPED, failed, house, opt_outs, refresh, shown, speak, standing, tell, who,
};
use crate::world::{NUMBER, WABA, Wish, World, wait_for};

#[tokio::test]
async fn after_stop_nothing_leaves_that_the_business_starts_and_start_undoes_it() {
    let mut world = house().await;
    world.say(ALINE, "hi").await;
    assert_eq!(shown(&world, ALINE, 1).await, ["Hello."]);
    let aline = who(&world, world.tenant, ALINE).await;
    tell(&world, aline, "house.notice", "1").await;
    assert_eq!(shown(&world, ALINE, 2).await[1], "A notice.");

    world.say(ALINE, "STOP").await;
    assert_eq!(shown(&world, ALINE, 3).await[2], STOPPED);
    let star = ("whatsapp".to_owned(), "*".to_owned(), "person".to_owned());
    assert_eq!(opt_outs(&world, aline).await, [star]);
    for (n, news) in ["house.notice", "house.reminder", "house.offer"].into_iter().enumerate() {
        tell(&world, aline, news, &format!("stopped {n}")).await;
        assert_eq!(failed(&world, aline, 3 + n).await, 0, "{news} was never tried");
    }
    world.say(ALINE, "stop").await;
    world.say(ALINE, "hi").await;
    assert_eq!(shown(&world, ALINE, 4).await[3], "Hello.", "an answer goes, and STOP was confirmed once");

    // It is not only remembered by the process.
    world.stop_engine().await;
    world.start().await;
    tell(&world, aline, "house.notice", "after a restart").await;
    assert_eq!(failed(&world, aline, 7).await, 0);

    world.say(ALINE, "Start").await;
    assert_eq!(shown(&world, ALINE, 5).await[4], STARTED);
    assert!(opt_outs(&world, aline).await.is_empty());
    tell(&world, aline, "house.notice", "again").await;
    assert_eq!(shown(&world, ALINE, 6).await[5], "A notice.");
    world.stop().await;
}

#[tokio::test]
async fn what_waits_when_the_person_says_stop_does_not_leave_any_more() {
    let world = house().await;
    world.say(ALINE, "hi").await;
    shown(&world, ALINE, 1).await;
    let aline = who(&world, world.tenant, ALINE).await;
    let pool = world.database.pool().await;
    tenants::stop(&pool, &tenants::Which::PhoneNumberId(NUMBER.into()), "a test").await.unwrap();
    refresh(&world).await;
    tell(&world, aline, "house.notice", "1").await;
    world.say(ALINE, "hi").await;
    world.say(ALINE, "STOP").await;
    assert_eq!(standing(&world, aline).await.len(), 4);
    tenants::resume(&pool, &tenants::Which::PhoneNumberId(NUMBER.into())).await.unwrap();
    refresh(&world).await;
    assert_eq!(failed(&world, aline, 1).await, 0, "it was written before she stopped it, and never tried");
    assert_eq!(shown(&world, ALINE, 3).await, ["Hello.", "Hello.", STOPPED]);
    world.stop().await;
}

#[tokio::test]
async fn what_the_network_knows_of_a_person_we_know_from_then_on() {
    let world = house().await;
    world.say(ALINE, "hi").await;
    shown(&world, ALINE, 1).await;
    let aline = who(&world, world.tenant, ALINE).await;
    // The person stopped marketing in WhatsApp itself (error 131050).
    let fault = json!({"target": "whatsapp", "kind": "refuse", "code": 131_050, "times": 1});
    let answer = world.http.post(world.control("/faults")).json(&fault).send().await.unwrap();
    assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    tell(&world, aline, "house.offer", "1").await;
    let learned = wait_for("what the network knows", async || opt_outs(&world, aline).await.pop()).await;
    assert_eq!(learned, ("whatsapp".to_owned(), "marketing".to_owned(), "network".to_owned()));
    tell(&world, aline, "house.offer", "2").await;
    assert_eq!(failed(&world, aline, 2).await, 0, "the next is not even tried");
    tell(&world, aline, "house.notice", "3").await;
    assert_eq!(shown(&world, ALINE, 2).await[1], "A notice.", "only marketing was stopped");
    world.stop().await;
}

const OTHER: &str = "106540352242923";

#[tokio::test]
async fn what_is_stopped_with_one_business_is_not_stopped_with_another() {
    let mut wish = Wish { flow: "diary", ..Wish::default() };
    wish.sandbox.numbers.push(Number {
        phone_number_id: OTHER.into(),
        waba_id: WABA.into(),
        display: "250788000200".into(),
    });
    let world = World::with(wish).await;
    speak(&world, world.tenant).await;
    let pool = world.database.pool().await;
    let ring = assemble::key_ring(&world.config).unwrap();
    let new = NewTenant {
        name: "Salon Umucyo".into(),
        zone: "Africa/Kigali".into(),
        language: "en".into(),
        flow: "diary".into(),
    };
    let other = tenants::create(&pool, &ring, &new).await.unwrap();
    let number = NewWhatsapp {
        phone_number_id: OTHER.into(),
        waba_id: WABA.into(),
        app: ganira::config::DEV_APP.into(),
        token: Some("token".to_owned().into()),
    };
    tenants::add_whatsapp(&pool, &ring, other, &number).await.unwrap();
    speak(&world, other).await;
    world.say(ALINE, "hi").await;
    world.person("say", json!({"from": ALINE, "to": OTHER, "text": "hi"})).await;
    shown(&world, ALINE, 2).await;
    world.say(ALINE, "STOP").await;
    shown(&world, ALINE, 3).await;
    let (here, there) = (who(&world, world.tenant, ALINE).await, who(&world, other, ALINE).await);
    assert!(opt_outs(&world, there).await.is_empty());
    tell(&world, here, "house.notice", "1").await;
    assert_eq!(failed(&world, here, 2).await, 0);
    tell(&world, there, "house.notice", "1").await;
    assert_eq!(shown(&world, ALINE, 4).await[3], "A notice.");
    // And a tenant's own connection sees its own rows only.
    let app = ganira::store::AppPool::new(world.database.options(), 1);
    for (tenant, seen) in [(world.tenant, 1), (other, 0)] {
        let mut reading = app.reading(tenant).await.unwrap();
        let rows: i64 =
            sqlx::query_scalar("SELECT count(*) FROM ganira.opt_out").fetch_one(&mut *reading).await.unwrap();
        assert_eq!(rows, seen);
    }
    world.stop().await;
}

#[tokio::test]
async fn what_a_person_stopped_is_exported_with_her_and_erased_with_her() {
    let world = house().await;
    world.say(ALINE, "hi").await;
    world.say(ALINE, "STOP").await;
    shown(&world, ALINE, 2).await;
    let aline = who(&world, world.tenant, ALINE).await;
    let pool = world.database.pool().await;
    let ring = assemble::key_ring(&world.config).unwrap();
    let export = people::export(&pool, &ring, aline, Clock::system().now(), remembered).await.unwrap();
    let stopped = &export.opt_outs[0];
    assert_eq!(
        (stopped.channel.as_str(), stopped.purpose.as_str(), stopped.source.as_str()),
        ("whatsapp", "*", "person")
    );
    assert_eq!(export.remembered.unwrap()["opt_outs"], json!([{"c": "whatsapp"}]));
    assert_eq!(people::erase(&pool, aline, PATIENCE).await.unwrap(), Erasure::Done);
    assert!(opt_outs(&world, aline).await.is_empty());
    world.stop().await;
}
