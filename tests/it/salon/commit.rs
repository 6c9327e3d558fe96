//! The salon's effects inside the engine's own commit: its roles, its settings, its way of naming whom it refuses.

use chrono::NaiveDate;
use ganira::domain::{AccountId, Conversation, Seq};
use ganira::flows::Value;
use ganira::operations::Asker;
use ganira::store::commit::{Batch, Blame, CommitOutcome, JournalRow, TurnRow};
use ganira::store::postgres::Durability;
use ganira::store::{GuardedEffect, PgStore, Store as _};

use super::house::{House, asker, row};

async fn turn(house: &House, person: &Asker<'_>, day: NaiveDate, effects: Vec<GuardedEffect>) -> TurnRow {
    sqlx::query("INSERT INTO ganira.conversation (tenant_id, contact_id) VALUES ($1, $2)")
        .bind(person.tenant.0)
        .bind(person.contact.0)
        .execute(&house.pool)
        .await
        .unwrap();
    TurnRow {
        conversation: Conversation { tenant: person.tenant, contact: person.contact },
        seq: Seq(0),
        snapshot: b"sealed".to_vec(),
        journal: JournalRow {
            event: person.event,
            day,
            account: AccountId(1),
            kind: 1,
            at: person.now,
            body: Vec::new(),
        },
        outbox: Vec::new(),
        alarm: None,
        alarm_gone: None,
        jobs: Vec::new(),
        job_finished: None,
        effects,
    }
}

#[tokio::test]
async fn a_commit_names_the_lapsed_turn_and_does_the_others_without_it() {
    let house = House::open().await;
    let store = PgStore::connect(house.database.options(), Durability::ThrowAway).await.unwrap();
    let writer = store.register("node", 1, 10_000).await.unwrap().unwrap().lanes[0];
    let day: NaiveDate = sqlx::query_scalar("SELECT current_date").fetch_one(&house.pool).await.unwrap();
    let (staff, service) = (house.staff("Eric").await, house.service("Haircut").await);

    let mut holds = Vec::new();
    for (contact, hour) in [(1, "07"), (2, "08"), (3, "09")] {
        let person = asker(house.tenant, contact, contact as u8);
        let hold = house.hold(&person, staff, service, &format!("2026-11-21T{hour}:00:00Z")).await.unwrap();
        holds.push((person, hold));
    }
    let effect = async |index: usize, operation: &str| {
        let (person, hold) = &holds[index];
        let arguments = row([("hold", Value::text(hold)), ("service", Value::Whole(service))]);
        house.ask_as(person, 5, operation, arguments).await.effect.unwrap()
    };
    let turns = [
        turn(&house, &holds[0].0, day, vec![effect(0, "book_visit").await]).await,
        turn(&house, &holds[1].0, day, vec![effect(1, "book_visit").await]).await,
        turn(&house, &holds[2].0, day, vec![effect(2, "release_hold").await]).await,
    ];
    house.expire(&holds[1].1, 0).await;

    let batch = Batch::new(1, day, turns.to_vec());
    let CommitOutcome::Aborted { state, .. } = store.commit(writer, &batch).await else { panic!("not aborted") };
    assert_eq!(state, "GN004");
    let blamed = store.inspect(&batch).await.unwrap();
    assert_eq!(blamed, [Blame::Refused { turn: 1, ordinal: 5, outcome: "lapsed".to_owned() }]);

    let innocent = Batch::new(1, day, vec![turns[0].clone(), turns[2].clone()]);
    assert!(matches!(store.commit(writer, &innocent).await, CommitOutcome::Applied));
    assert!(matches!(store.commit(writer, &innocent).await, CommitOutcome::AlreadyApplied));
    assert_eq!(house.taken().await, [("booking".to_owned(), 1), ("hold".to_owned(), 2)]);
}
