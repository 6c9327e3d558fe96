//! The entrance: who is believed, what is kept aside, and that nobody's message is lost or doubled on the way in.

use std::fmt::Write as _;

use base64::Engine as _;
use serde_json::{Value, json};

use crate::world::{NUMBER, Wish, World, option, text, wait_for};

const ALINE: &str = "+250780000001";

/// One webhook of several texts, as Meta lays it out.
fn texts(number: &str, from: &str, messages: &[(&str, &str)]) -> Value {
    let digits = from.trim_start_matches('+');
    let now = ganira::domain::Clock::system().now().timestamp().to_string();
    let list: Vec<Value> = messages
        .iter()
        .map(|(id, text)| json!({"from": digits, "id": id, "timestamp": now, "type": "text", "text": {"body": text}}))
        .collect();
    json!({"object": "whatsapp_business_account", "entry": [{"id": crate::world::WABA, "changes": [{"field": "messages", "value": {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "250788000100", "phone_number_id": number},
        "contacts": [{"wa_id": digits, "profile": {"name": "Aline"}}],
        "messages": list,
    }}]}]})
}

/// Posts a body once and returns the status the engine gave.
async fn post(world: &World, body: &Value, sign: &str) -> u64 {
    post_text(world, body.to_string(), sign).await
}

/// As Meta does it: whoever hears no 200 in time comes again with the same. A thousand turns may take longer than that on a busy machine.
async fn post_until_taken(world: &World, body: &Value) {
    let url = world.control("/whatsapp/raw?sign=as_meta");
    for _ in 0..10 {
        let answer = world.http.post(&url).body(body.to_string()).send().await.unwrap();
        let answer: Value = answer.json().await.unwrap();
        if answer["webhook"]["status"] == 200 {
            return;
        }
    }
    panic!("it was never taken");
}

async fn post_text(world: &World, body: String, sign: &str) -> u64 {
    let url = world.control(&format!("/whatsapp/raw?sign={sign}"));
    let answer: Value = world.http.post(url).body(body).send().await.unwrap().json().await.unwrap();
    answer["webhook"]["status"].as_u64().or_else(|| answer["status"].as_u64()).unwrap_or_else(|| panic!("{answer}"))
}

async fn count(world: &World, sql: &'static str) -> i64 {
    sqlx::query_scalar(sql).fetch_one(&world.database.pool().await).await.unwrap()
}

async fn dead_letters(world: &World) -> Vec<String> {
    sqlx::query_scalar("SELECT reason FROM ganira.dead_letter ORDER BY id")
        .fetch_all(&world.database.pool().await)
        .await
        .unwrap()
}

#[tokio::test]
async fn an_unsigned_or_wrongly_signed_body_is_refused_and_leaves_no_trace() {
    let world = World::diary().await;
    let body = texts(NUMBER, ALINE, &[("wamid.a1", "hello")]);
    assert_eq!(post(&world, &body, "not_at_all").await, 401);
    assert_eq!(post(&world, &body, "wrongly").await, 401);
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.journal WHERE kind = 1").await, 0);
    assert!(dead_letters(&world).await.is_empty());
    assert_eq!(post(&world, &body, "as_meta").await, 200);
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.journal WHERE kind = 1").await, 1);
    world.stop().await;
}

#[tokio::test]
async fn the_handshake_returns_the_challenge_for_the_right_token_only() {
    let world = World::diary().await;
    let ask = |token: &str| {
        format!("/webhooks/whatsapp?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={token}")
    };
    let right = world.http.get(world.url(&ask("dev-verify-token"))).send().await.unwrap();
    assert_eq!((right.status().as_u16(), right.text().await.unwrap().as_str()), (200, "1158201444"));
    let wrong = world.http.get(world.url(&ask("guess"))).send().await.unwrap();
    assert_eq!(wrong.status().as_u16(), 403);
    world.stop().await;
}

#[tokio::test]
async fn a_signed_body_that_cannot_be_read_is_kept_once_and_answered_with_200() {
    let world = World::diary().await;
    for _ in 0..2 {
        assert_eq!(post_text(&world, "{\"entry\": 7".to_owned(), "as_meta").await, 200);
    }
    assert_eq!(dead_letters(&world).await, ["unreadable"]);
    world.stop().await;
}

#[tokio::test]
async fn an_account_nobody_has_is_a_dead_letter_and_anothers_account_is_refused() {
    let world = World::diary().await;
    assert_eq!(post(&world, &texts("999999999999999", ALINE, &[("wamid.b1", "hello")]), "as_meta").await, 200);
    // The WABA of the body is the tenant's, so it is not unknown as a whole; a number nobody has under an unknown WABA is.
    let mut stranger = texts("999999999999999", ALINE, &[("wamid.b2", "hello")]);
    stranger["entry"][0]["id"] = json!("111111111111111");
    assert_eq!(post(&world, &stranger, "as_meta").await, 200);
    assert!(dead_letters(&world).await.iter().all(|reason| reason == "unknown_account"));
    assert!(!dead_letters(&world).await.is_empty());

    sqlx::query("UPDATE ganira.account SET app = 'another'").execute(&world.database.pool().await).await.unwrap();
    let shared = world.running.as_ref().unwrap().engine.world().clone();
    shared.accounts.refresh(&*shared.store, &shared.ring).await.unwrap();
    assert_eq!(post(&world, &texts(NUMBER, ALINE, &[("wamid.b3", "hello")]), "as_meta").await, 401);
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.journal").await, 0);
    world.stop().await;
}

#[tokio::test]
async fn a_thousand_updates_of_one_post_are_each_handled_once_and_in_order() {
    let world = World::diary().await;
    // Each has written before, so that the answers are within WhatsApp's window.
    for sender in 0..40 {
        world.say(&format!("+2507800{sender:05}"), "start").await;
    }
    let mut body = texts(NUMBER, "+250780000100", &[]);
    let now = ganira::domain::Clock::system().now().timestamp().to_string();
    let messages: Vec<Value> = (0..1000)
        .map(|n| {
            let from = format!("2507800{:05}", n % 40);
            json!({"from": from, "id": format!("wamid.k{n}"), "timestamp": now, "type": "text", "text": {"body": format!("m{:02}", n / 40)}})
        })
        .collect();
    body["entry"][0]["changes"][0]["value"]["messages"] = json!(messages);
    post_until_taken(&world, &body).await;
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.journal").await, 1040);
    post_until_taken(&world, &body).await;
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.journal").await, 1040);
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.outbox").await, 1040);
    let mut expected = "start\n".to_owned();
    for n in 0..25 {
        let _ = writeln!(expected, "m{n:02}");
    }
    for sender in [0, 17, 39] {
        let inbox = world.received(&format!("+2507800{sender:05}"), 26).await;
        assert_eq!(text(inbox.last().unwrap()).trim(), expected.trim());
    }
    world.stop().await;
}

#[tokio::test]
async fn a_person_without_a_phone_number_is_answered_by_her_scoped_id() {
    let world = World::diary().await;
    let id = "RW.13491208655302741918";
    world.person("people", json!({"user_id": id, "username": "aline.k"})).await;
    world.say(id, "hello").await;
    let inbox = world.received(id, 1).await;
    assert_eq!(inbox[0]["recipient"], json!(id), "{}", inbox[0]);
    assert!(inbox[0].get("to").is_none(), "a scoped id in `to` is dropped silently by Meta: {}", inbox[0]);
    world.stop().await;
}

#[tokio::test]
async fn a_person_who_changes_her_number_goes_on_at_the_new_one() {
    const NEW: &str = "+250780000009";
    let world = World::diary().await;
    world.say(ALINE, "first").await;
    world.received(ALINE, 1).await;
    let mut body = texts(NUMBER, ALINE, &[("wamid.moved", "")]);
    let message = body.pointer_mut("/entry/0/changes/0/value/messages/0").unwrap().as_object_mut().unwrap();
    message.remove("text");
    message.insert("type".to_owned(), json!("system"));
    message.insert("system".to_owned(), json!({"type": "user_changed_number", "wa_id": NEW.trim_start_matches('+')}));
    assert_eq!(post(&world, &body, "as_meta").await, 200);
    world.say(NEW, "second").await;
    assert_eq!(text(&world.received(NEW, 1).await[0]).lines().collect::<Vec<_>>(), ["first", "second"]);
    assert_eq!(world.inbox(ALINE).await.len(), 1);
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.conversation").await, 1);
    world.stop().await;
}

#[tokio::test]
async fn a_sender_beyond_her_bucket_is_kept_aside_told_once_and_can_be_replayed() {
    let world = World::with(Wish {
        flow: "diary",
        change: Box::new(|config| {
            config.limits.sender_per_minute = 1;
            config.limits.sender_burst = 3;
        }),
        ..Wish::default()
    })
    .await;
    for n in 0..6 {
        world.say(ALINE, &format!("m{n}")).await;
    }
    world.say("+250780000002", "another person is not delayed").await;
    assert_eq!(dead_letters(&world).await, ["over_limit"; 3]);
    let inbox = world.received(ALINE, 4).await;
    let told = inbox.iter().filter(|message| text(message).contains("Too many messages")).count();
    assert_eq!(told, 1);

    let pool = world.database.pool().await;
    sqlx::query("INSERT INTO ganira.request (kind, arguments) SELECT 'replay', jsonb_build_object('dead_letter', id) FROM ganira.dead_letter ORDER BY id")
        .execute(&pool)
        .await
        .unwrap();
    wait_for("the replays", async || {
        (count(&world, "SELECT count(*) FROM ganira.dead_letter WHERE state = 'open'").await == 0).then_some(())
    })
    .await;
    let inbox = world.received(ALINE, 7).await;
    assert_eq!(text(inbox.last().unwrap()).lines().collect::<Vec<_>>(), ["m0", "m1", "m2", "m3", "m4", "m5"]);
    world.stop().await;
}

#[tokio::test]
async fn what_the_owner_writes_herself_silences_the_bot_for_a_while() {
    let world = World::salon().await;
    world.say(ALINE, "hello").await;
    world.received(ALINE, 1).await;
    world.person("echo", json!({"to": ALINE, "text": "It is me, Diane"})).await;
    world.say(ALINE, "oh, hello Diane").await;
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.journal WHERE kind = 2").await, 1);
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.journal WHERE kind = 1").await, 2);
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.outbox").await, 1, "the bot is silent");
    world.stop().await;
}

#[tokio::test]
async fn media_is_fetched_checked_and_sealed() {
    let world = World::diary().await;
    // The smallest PNG there is.
    let png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
    world.person("media", json!({"from": ALINE, "kind": "image", "mime": "image/png", "bytes": png})).await;
    let (object, bytes): (String, i64) = wait_for("the picture", async || {
        sqlx::query_as("SELECT object, bytes FROM ganira.media")
            .fetch_optional(&world.database.pool().await)
            .await
            .unwrap()
    })
    .await;
    let plain = base64::engine::general_purpose::STANDARD.decode(png).unwrap();
    assert_eq!(usize::try_from(bytes).unwrap(), plain.len());
    let sealed = std::fs::read(world.config.media.folder.join(object)).unwrap();
    assert!(!sealed.windows(8).any(|window| window == &plain[..8]), "the file is sealed");
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.job").await, 0);
    world.stop().await;
}

#[tokio::test]
async fn receipts_in_any_order_and_twice_only_ever_raise_the_state_and_wake_nobody() {
    let world = World::with(Wish {
        flow: "diary",
        sandbox: ganira::sandbox::Options { statuses: Vec::new(), ..Wish::default().sandbox },
        ..Wish::default()
    })
    .await;
    world.say(ALINE, "hello").await;
    let message = world.received(ALINE, 1).await.remove(0);
    let (id, opaque) = (&message["id"], &message["biz_opaque_callback_data"]);
    let status = |state: &str| json!({"id": id, "status": state, "timestamp": "1795172926", "recipient_id": "250780000001", "biz_opaque_callback_data": opaque});
    let turns = count(&world, "SELECT max(seq) FROM ganira.conversation").await;
    for state in ["read", "sent", "delivered", "sent"] {
        let url = world.control("/whatsapp/statuses");
        world.http.post(url).json(&json!({"statuses": [status(state)]})).send().await.unwrap();
    }
    wait_for("the receipts", async || {
        (count(&world, "SELECT max(rank)::bigint FROM ganira.delivery").await == 60).then_some(())
    })
    .await;
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert_eq!(count(&world, "SELECT max(rank)::bigint FROM ganira.delivery").await, 60);
    assert_eq!(count(&world, "SELECT max(seq) FROM ganira.conversation").await, turns, "nobody was woken");
    world.stop().await;
}

#[tokio::test]
async fn a_message_refused_by_the_company_becomes_an_event_of_its_conversation() {
    let world = World::diary().await;
    let fault = json!({"target": "whatsapp", "kind": "refuse", "code": 131_026, "of": ALINE});
    world.http.post(world.control("/faults")).json(&fault).send().await.unwrap();
    world.say(ALINE, "hello").await;
    wait_for("the failure", async || {
        (count(&world, "SELECT count(*) FROM ganira.journal WHERE kind = 5").await == 1).then_some(())
    })
    .await;
    wait_for("its record", async || {
        (count(&world, "SELECT count(*) FROM ganira.delivery WHERE rank = 100 AND error_code = 131026").await == 1)
            .then_some(())
    })
    .await;
    world.stop().await;
}

#[tokio::test]
async fn a_silent_customer_is_reminded_on_time_also_after_a_restart() {
    let mut world = World::salon().await;
    world.say(ALINE, "hello").await;
    world.received(ALINE, 1).await;
    // The engine restarts by a clock that is almost half an hour ahead: the alarm lies seconds in the future.
    world.stop_engine().await;
    world.start_at(chrono::TimeDelta::seconds(30 * 60 - 3)).await;
    let inbox = world.received(ALINE, 2).await;
    assert!(!text(&inbox[1]).is_empty());
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.journal WHERE kind = 4").await, 1, "once in effect");
    // Never early; how late it was is measured by `ganira_timer_late_seconds`, and printed.
    let late = "SELECT (extract(epoch FROM alarm.at - hello.at) * 1000)::bigint - 1800000 FROM ganira.journal AS alarm, ganira.journal AS hello \
                WHERE alarm.kind = 4 AND hello.kind = 1";
    println!("the alarm was {} ms late", count(&world, late).await);
    let early = "SELECT count(*) FROM ganira.journal AS alarm, ganira.journal AS hello WHERE alarm.kind = 4 AND hello.kind = 1 \
                 AND alarm.at < hello.at + interval '30 minutes' - interval '5 milliseconds'";
    assert_eq!(count(&world, early).await, 0);
    world.stop_engine().await;
    world.start_at(chrono::TimeDelta::seconds(30 * 60 + 10)).await;
    world.say(ALINE, "hello again").await;
    assert_eq!(
        count(&world, "SELECT count(*) FROM ganira.journal WHERE kind = 4").await,
        1,
        "not again after another restart"
    );
    world.stop().await;
}

#[tokio::test]
async fn an_erased_person_leaves_nothing_that_opens_and_returns_as_a_stranger() {
    let world = World::salon().await;
    world.say(ALINE, "hello").await;
    world.received(ALINE, 1).await;
    let pool = world.database.pool().await;
    sqlx::query(
        "INSERT INTO ganira.request (kind, arguments) SELECT 'erase', jsonb_build_object('tenant', tenant_id, 'contact', contact_id) FROM ganira.conversation",
    )
    .execute(&pool)
    .await
    .unwrap();
    wait_for("the erasure", async || (count(&world, "SELECT count(*) FROM ganira.erasure").await == 1).then_some(()))
        .await;
    for sql in [
        "SELECT count(*) FROM ganira.directory",
        "SELECT count(*) FROM ganira.contact_key",
        "SELECT count(*) FROM ganira.outbox",
        "SELECT count(*) FROM ganira.timer",
        "SELECT sum(length(snapshot))::bigint FROM ganira.conversation",
    ] {
        assert_eq!(count(&world, sql).await, 0, "{sql}");
    }
    world.say(ALINE, "hello again").await;
    let inbox = world.received(ALINE, 2).await;
    option(&inbox[1], "book");
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.conversation").await, 2, "she is a new contact");
    world.stop().await;
}

#[tokio::test]
async fn an_alarm_whose_turn_the_database_will_never_take_is_buried_and_does_not_come_back() {
    let mut world = World::salon().await;
    world.say(ALINE, "hello").await;
    world.received(ALINE, 1).await;
    world.stop_engine().await;
    let pool = world.database.pool().await;
    sqlx::query("ALTER TABLE ganira.outbox ADD CONSTRAINT never CHECK (seq < 2) NOT VALID")
        .execute(&pool)
        .await
        .unwrap();
    world.start_at(chrono::TimeDelta::minutes(31)).await;
    wait_for("the burial", async || (dead_letters(&world).await == ["poison"]).then_some(())).await;
    wait_for("its row to go", async || (count(&world, "SELECT count(*) FROM ganira.timer").await == 0).then_some(()))
        .await;
    sqlx::query("ALTER TABLE ganira.outbox DROP CONSTRAINT never").execute(&pool).await.unwrap();
    world.say(ALINE, "are you there?").await;
    world.received(ALINE, 2).await;
    world.stop().await;
}

/// Posts a signed body and returns the status and how long to wait.
async fn post_signed(world: &World, body: &Value) -> (u16, Option<u64>) {
    let body = body.to_string();
    let tag = hex::encode(ganira::crypto::sign_sha256(ganira::config::DEV_APP_SECRET.as_bytes(), body.as_bytes()));
    let request =
        world.http.post(world.url("/webhooks/whatsapp")).header("X-Hub-Signature-256", format!("sha256={tag}"));
    let answer = request.body(body).send().await.unwrap();
    let wait = answer.headers().get("retry-after").map(|value| value.to_str().unwrap().parse().unwrap());
    (answer.status().as_u16(), wait)
}

#[tokio::test]
async fn above_the_global_limit_a_request_is_told_when_to_come_again() {
    let world = World::with(Wish {
        flow: "diary",
        change: Box::new(|config| {
            config.limits.global_per_second = 1;
            config.limits.global_burst = 3;
        }),
        ..Wish::default()
    })
    .await;
    // A POST of four updates is four of them: it does not fit any more after the first.
    assert_eq!(post_signed(&world, &texts(NUMBER, ALINE, &[("wamid.g0", "m0")])).await, (200, None));
    let four = texts(NUMBER, ALINE, &[("wamid.g1", "m1"), ("wamid.g2", "m2"), ("wamid.g3", "m3")]);
    let (status, wait) = post_signed(&world, &four).await;
    assert_eq!((status, wait.is_some_and(|wait| wait >= 1)), (429, true));
    assert_eq!(
        count(&world, "SELECT count(*) FROM ganira.journal WHERE kind = 1").await,
        1,
        "accepted + refused = offered"
    );
    world.stop().await;
}

#[tokio::test]
async fn with_the_database_away_nothing_is_acknowledged_and_all_of_it_comes_in_afterwards() {
    let world = World::with(Wish {
        flow: "diary",
        change: Box::new(|config| config.server.request_timeout_ms = 700),
        ..Wish::default()
    })
    .await;
    world.say(ALINE, "m0").await;
    let pool = world.database.pool().await;
    // The fence's row is held: no commit can be decided, as when the server hangs.
    let mut holder = pool.begin().await.unwrap();
    sqlx::query("SELECT FROM ganira.writer FOR UPDATE").execute(&mut *holder).await.unwrap();
    let body = texts(NUMBER, ALINE, &[("wamid.h1", "m1")]);
    let (status, wait) = post_signed(&world, &body).await;
    assert_eq!((status, wait), (503, Some(1)));
    holder.rollback().await.unwrap();
    // The turn went on meanwhile; the repetition waits for it or finds it.
    wait_for("the repetition", async || (post_signed(&world, &body).await.0 == 200).then_some(())).await;
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.journal").await, 2);
    let inbox = world.received(ALINE, 2).await;
    assert_eq!(text(&inbox[1]).lines().collect::<Vec<_>>(), ["m0", "m1"]);
    world.stop().await;
}

#[tokio::test]
async fn a_letter_is_replayed_only_into_an_account_of_the_app_that_signed_it() {
    let world = World::diary().await;
    let pool = world.database.pool().await;
    let answers = async |count: usize| -> Vec<String> {
        wait_for("the answers", async || {
            let all: Vec<String> =
                sqlx::query_scalar("SELECT answer FROM ganira.request WHERE done_at IS NOT NULL ORDER BY id")
                    .fetch_all(&pool)
                    .await
                    .unwrap();
            (all.len() >= count).then_some(all)
        })
        .await
    };
    let ask = "INSERT INTO ganira.request (kind, arguments) SELECT 'replay', jsonb_build_object('dead_letter', id) FROM ganira.dead_letter";
    let mut stranger = texts("999999999999999", ALINE, &[("wamid.r1", "hello")]);
    stranger["entry"][0]["id"] = json!("111111111111111");
    assert_eq!(post(&world, &stranger, "as_meta").await, 200);
    sqlx::query(ask).execute(&pool).await.unwrap();
    assert_eq!(answers(1).await, ["no tenant has its account"]);

    // Somebody takes the account, under an app of her own.
    sqlx::query("UPDATE ganira.account SET external_id = '999999999999999', app = 'another'")
        .execute(&pool)
        .await
        .unwrap();
    for sql in ["INSERT INTO ganira.request (kind, arguments) VALUES ('refresh', '{}'), ('replay', '{}')", ask] {
        sqlx::query(sql).execute(&pool).await.unwrap();
    }
    let all = answers(4).await;
    assert_eq!(all[2..], ["it lacks the number `dead_letter`", "it was signed by another app than its account's"]);
    assert_eq!(count(&world, "SELECT count(*) FROM ganira.journal").await, 0);
    world.stop().await;
}

#[tokio::test]
async fn a_row_somebody_holds_delays_its_own_conversation_and_not_the_lane() {
    let world =
        World::with(Wish { flow: "diary", change: Box::new(|config| config.engine.lanes = 1), ..Wish::default() })
            .await;
    world.say(ALINE, "m0").await;
    let other = "+250780000002";
    world.say(other, "n0").await;
    let pool = world.database.pool().await;
    let mut holder = pool.begin().await.unwrap();
    sqlx::query("SELECT FROM ganira.conversation WHERE contact_id = (SELECT min(contact_id) FROM ganira.conversation) FOR UPDATE")
        .execute(&mut *holder)
        .await
        .unwrap();
    let held = texts(NUMBER, ALINE, &[("wamid.l1", "m1")]);
    assert_eq!(post_signed(&world, &held).await.0, 503);
    assert_eq!(post_signed(&world, &texts(NUMBER, other, &[("wamid.l2", "n1")])).await.0, 200);
    holder.rollback().await.unwrap();
    assert_eq!(post_signed(&world, &held).await.0, 200);
    assert!(dead_letters(&world).await.is_empty());
    world.stop().await;
}
