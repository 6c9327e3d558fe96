//! Booking by digits alone, at Africa's Talking and at a gateway that nobody has heard of.

use ganira::operations::hand_overs;
use serde_json::{Value, json};

use super::handset::{ALINE, BOOKED, CODE, Handset, KEY, add_code, count, gateway, number, salon, with};
use crate::world::{Wish, World};

#[tokio::test]
async fn a_new_customer_sees_six_screens_and_the_one_that_says_it_is_booked_and_next_time_four() {
    let world = salon().await;
    let mut handset = Handset::new(&world, ALINE, "ATUid_1");
    let mut screens = vec![handset.dial("").await];
    for key in ["1", "1", "2", "1", "1"] {
        screens.push(handset.key(key).await);
    }
    let (last, before) = screens.split_last().unwrap();
    assert!(before.len() <= 6 && before.iter().all(|screen| screen.starts_with("CON ")), "{screens:#?}");
    assert!(last.starts_with("END Booked:"), "{last}");
    assert!(screens.iter().all(|screen| screen.is_ascii() && screen.len() <= 4 + 160), "{screens:#?}");
    assert!(!screens.iter().any(|screen| screen.to_lowercase().contains("name")), "nobody is asked for a name");
    assert_eq!(count(&world, BOOKED).await, 1);

    let mut again = Handset::new(&world, ALINE, "ATUid_2");
    let mut screens = vec![again.dial("").await];
    assert!(screens[0].starts_with("CON Welcome back!"), "{}", screens[0]);
    screens.push(again.key(&number(&screens[0], "The same")).await);
    screens.push(again.key("2").await);
    screens.push(again.key("1").await);
    let booked = again.key("1").await;
    assert!(screens.iter().all(|screen| screen.starts_with("CON ")) && screens.len() == 4, "{screens:#?}");
    assert!(booked.starts_with("END Booked:"), "{booked}");
    assert_eq!(count(&world, BOOKED).await, 2);

    let mut mine = Handset::new(&world, ALINE, "ATUid_3");
    let visits = mine.dial("2").await;
    assert!(visits.starts_with("CON ") && visits.contains("1 ") && visits.contains("2 "), "her bookings: {visits}");
    world.stop().await;
}

#[tokio::test]
async fn every_screen_stands_in_the_thread_and_none_waits_to_be_sent() {
    let world = salon().await;
    let mut handset = Handset::new(&world, ALINE, "ATUid_1");
    handset.dial("1").await;
    handset.key("1").await;
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.outbox").await, 2);
    // A day goes: what is still to be sent is carried on to today, and a screen is not.
    sqlx::query("UPDATE ganira.outbox SET day = (now() AT TIME ZONE 'UTC')::date - 8")
        .execute(&world.database.pool().await)
        .await
        .unwrap();
    let store = world.running.as_ref().unwrap().engine.world().store.clone();
    store.let_go(7, 30, 8).await.unwrap();
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.outbox").await, 0, "screens were carried on as if unsent");
    world.stop().await;
}

#[tokio::test]
async fn what_is_dialled_behind_the_code_is_walked_and_an_answer_may_hold_a_star() {
    let world = salon().await;
    let mut handset = Handset::new(&world, ALINE, "ATUid_1");
    let service = handset.dial("1").await;
    assert!(service.contains("What would you like?"), "{service}");
    // `1*1` is one answer, which no option has; then the first service.
    let again = handset.key("1*1").await;
    assert!(again.starts_with("CON ") && again.contains("What would you like?"), "{again}");
    let days = handset.key("1").await;
    assert!(days.contains("These days"), "{days}");
    world.stop().await;
}

#[tokio::test]
async fn another_code_than_the_flows_own_is_walked_too_and_the_longest_registered_one_wins() {
    let world = salon().await;
    add_code(&world, "at", "*801#").await;
    add_code(&world, "at", "*801*5#").await;
    let accounts = world.running.as_ref().unwrap().engine.world().accounts.clone();
    let named = |dialled: &str| accounts.dialled("at", dialled).map(|account| account.code().to_owned());
    assert_eq!(named("*801*5*1#").as_deref(), Some("*801*5#"));
    assert_eq!(named("*801*51#").as_deref(), Some("*801#"), "a prefix of digits is no prefix of the code");
    assert_eq!(named("*80#"), None);
    assert!(accounts.dialled("other", "*801#").is_none());
    let form =
        |text: &str| format!("sessionId=s9&serviceCode=*801%23&phoneNumber=%2B250780000009&networkCode=1&text={text}");
    let url = world.url(&format!("/webhooks/ussd/at/{KEY}"));
    let post =
        |body: String| world.http.post(&url).header("content-type", "application/x-www-form-urlencoded").body(body);
    let screen = post(form("1")).send().await.unwrap().text().await.unwrap();
    assert!(screen.contains("What would you like?"), "{screen}");
    world.stop().await;
}

#[tokio::test]
async fn whoever_wants_to_talk_to_a_person_is_on_the_list_of_those_to_call_back() {
    let world = salon().await;
    let mut handset = Handset::new(&world, ALINE, "ATUid_1");
    let screen = handset.dial("9").await;
    assert_eq!(screen, "END We will call you back on this number.");
    let pool = world.database.pool().await;
    let listed = hand_overs::list(&pool, Some(world.tenant)).await.unwrap();
    assert!(listed.len() == 1 && listed[0].call_back, "{listed:?}");
    let ring = ganira::cli::assemble::key_ring(&world.config).unwrap();
    let numbers = hand_overs::numbers(&pool, &ring, &listed).await.unwrap();
    assert_eq!(numbers[0].as_ref().map(ToString::to_string).as_deref(), Some(ALINE));
    // She is not silenced: staff do not talk to her here.
    let menu = Handset::new(&world, ALINE, "ATUid_2").dial("").await;
    assert!(menu.starts_with("CON Welcome!"), "{menu}");
    world.stop().await;
}

#[tokio::test]
async fn a_gateway_invented_at_run_time_books_by_configuration_alone() {
    let invented = gateway(&[
        ("kind", "custom"),
        ("request", "json"),
        ("session", "call"),
        ("phone", "who"),
        ("code", "where"),
        ("text", "said"),
        ("input", "last"),
        ("sequence", "turn"),
        ("event", "what"),
        ("event_new", "hello"),
        ("event_answer", "more"),
        ("event_aborted", "gone"),
        ("answer", "json"),
        ("answer_fields", "call = {= call}, show = {screen}, next = {yes|no}"),
    ]);
    let change = move |config: &mut ganira::config::Config| {
        config.ussd_gateways.insert("inkuru".to_owned(), invented);
    };
    let world = World::with(Wish { change: Box::new(change), ..Wish::default() }).await;
    add_code(&world, "inkuru", "*909#").await;
    let ask = async |turn: u32, what: &str, said: &str| {
        let body =
            json!({"call": "c-1", "who": "+250780000002", "where": "*909#", "said": said, "turn": turn, "what": what});
        let url = world.url(&format!("/webhooks/ussd/inkuru/{KEY}"));
        let answer = world.http.post(url).json(&body).send().await.unwrap();
        assert_eq!(answer.status().as_u16(), 200);
        answer.json::<Value>().await.unwrap()
    };
    let menu = ask(1, "hello", "").await;
    assert_eq!((menu["call"].as_str(), menu["next"].as_str()), (Some("c-1"), Some("yes")), "{menu}");
    for (turn, key) in [(2, "1"), (3, "1"), (4, "2"), (5, "1")] {
        let screen = ask(turn, "more", key).await;
        assert_eq!(screen["next"], "yes", "{screen}");
        assert_eq!(ask(turn, "more", key).await, screen, "the same turn again");
    }
    let booked = ask(6, "more", "1").await;
    assert!(booked["next"] == "no" && booked["show"].as_str().unwrap().starts_with("Booked:"), "{booked}");
    assert_eq!(ask(6, "more", "1").await, booked);
    assert_eq!(count(&world, BOOKED).await, 1);
    world.stop().await;
}

#[tokio::test]
async fn the_first_screen_is_in_the_tenants_language_and_the_code_is_refused_where_it_cannot_be_dialled() {
    let world = with(&[], |_| {}).await;
    sqlx::query("UPDATE ganira.tenant SET language = 'rw'").execute(&world.database.pool().await).await.unwrap();
    super::handset::refresh(&world).await;
    let menu = Handset::new(&world, ALINE, "ATUid_1").dial("").await;
    assert!(menu.starts_with("CON Murakaza neza"), "{menu}");
    let pool = world.database.pool().await;
    for wrong in ["384*77", "*384*77", "*#", "*384**7#", "*38a#"] {
        let new = ganira::operations::tenants::NewUssd { gateway: "at".into(), code: wrong.into() };
        assert!(ganira::operations::tenants::add_ussd(&pool, world.tenant, &new).await.is_err(), "{wrong}");
    }
    let new = ganira::operations::tenants::NewUssd { gateway: "at".into(), code: CODE.into() };
    assert!(ganira::operations::tenants::add_ussd(&pool, world.tenant, &new).await.is_err(), "it is taken");
    world.stop().await;
}
