//! A hop that comes again: the same bytes, and nothing happens twice.

use super::handset::{ALINE, BOOKED, Handset, KEY, add_code, count, gateway, salon, to_the_confirmation};
use crate::world::{Wish, World};

#[tokio::test]
async fn a_hop_with_the_same_history_gets_the_same_bytes_also_from_an_engine_that_was_killed_and_started_again() {
    let mut world = salon().await;
    world.start_apart().await;
    let mut handset = Handset::new(&world, ALINE, "ATUid_1");
    to_the_confirmation(&mut handset).await;
    let booked = handset.key("1").await;
    let turns = count(&world, "SELECT count(*) FROM ganira.journal").await;
    assert_eq!(handset.repeat().await, booked);
    let (one, two) = tokio::join!(handset.repeat(), handset.repeat());
    assert_eq!([&one, &two], [&booked; 2]);

    let handset = Kept { phone: ALINE, session: "ATUid_1", history: "1*1*2*1*1" };
    world.kill();
    world.start().await;
    assert_eq!(handset.repeat(&world).await, booked);
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.journal").await, turns);
    assert_eq!(count(&world, BOOKED).await, 1);
    // One of before changes nothing either, and shows what the session shows now.
    let earlier = Kept { history: "1*1*2*1", ..handset };
    assert_eq!(earlier.repeat(&world).await, booked);
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.journal").await, turns);
    world.stop().await;
}

/// A handset that outlives an engine.
#[derive(Clone, Copy)]
struct Kept {
    phone: &'static str,
    session: &'static str,
    history: &'static str,
}

impl Kept {
    async fn repeat(self, world: &World) -> String {
        let mut handset = Handset::new(world, self.phone, self.session);
        handset.dial(self.history).await
    }
}

#[tokio::test]
async fn where_a_gateway_neither_counts_nor_tells_the_history_a_repeated_hop_is_known_while_it_is_in_flight() {
    let bare = gateway(&[
        ("kind", "custom"),
        ("request", "form"),
        ("session", "s"),
        ("phone", "p"),
        ("code", "c"),
        ("text", "t"),
        ("input", "last"),
        ("event", "e"),
        ("event_new", "1"),
        ("event_answer", "2"),
        ("answer", "marked"),
    ]);
    let change = move |config: &mut ganira::config::Config| {
        config.ussd_gateways.insert("bare".to_owned(), bare);
    };
    let world = World::with(Wish { change: Box::new(change), ..Wish::default() }).await;
    add_code(&world, "bare", "*505#").await;
    let ask = async |event: &str, text: &str| {
        let body = format!("s=7&p=%2B250780000003&c=*505%23&t={text}&e={event}");
        let url = world.url(&format!("/webhooks/ussd/bare/{KEY}"));
        let request = world.http.post(url).header("content-type", "application/x-www-form-urlencoded").body(body);
        request.send().await.unwrap().text().await.unwrap()
    };
    let menu = ask("1", "").await;
    assert!(menu.starts_with("CON "), "{menu}");
    // The database holds the hop up, so that the second one surely finds it in flight.
    let mut held = world.database.connection().await;
    sqlx::query("BEGIN").execute(&mut held).await.unwrap();
    sqlx::query("LOCK TABLE ganira.writer IN ACCESS EXCLUSIVE MODE").execute(&mut held).await.unwrap();
    let let_go = async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        sqlx::query("ROLLBACK").execute(&mut held).await.unwrap();
    };
    let (one, two, ()) = tokio::join!(ask("2", "1"), ask("2", "1"), let_go);
    assert_eq!(one, two);
    assert!(one.contains("What would you like?"), "{one}");
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.journal").await, 2);
    // Afterwards the same key is the next answer.
    let days = ask("2", "1").await;
    assert!(days.contains("These days"), "{days}");
    world.stop().await;
}

#[tokio::test]
async fn a_person_with_a_long_past_is_asked_of_the_journal_once_a_session_and_repeats_are_still_known() {
    let world = salon().await;
    for session in 0..4 {
        let mut handset = Handset::new(&world, ALINE, &format!("ATUid_{session}"));
        handset.dial("").await;
        handset.keys(&["3", "3", "3", "3", "3", "3"]).await;
    }
    let first = Handset::new(&world, ALINE, "ATUid_0");
    let turns = count(&world, "SELECT count(*) FROM ganira.journal").await;
    // Long fallen out of the ring, it stands in the journal: nothing of it happens again.
    let answer = first.repeat().await;
    assert!(answer.starts_with("END "), "{answer}");
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.journal").await, turns);
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.dead_letter").await, 0, "nor is it a failure");
    world.stop().await;
}
