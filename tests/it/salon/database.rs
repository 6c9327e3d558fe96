//! What the database itself promises, whoever speaks to it.

use std::pin::pin;
use std::time::Duration;

use ganira::domain::TenantId;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Row as _};

use super::house::House;

const TABLES: [&str; 10] = [
    "salon",
    "service",
    "staff",
    "staff_service",
    "working_hours",
    "time_off",
    "occupancy",
    "visit",
    "feedback",
    "consent",
];

async fn app_session(house: &House, tenant: Option<TenantId>) -> PgConnection {
    let mut session = house.database.connection().await;
    sqlx::query("SET ROLE ganira_app").execute(&mut session).await.unwrap();
    if let Some(tenant) = tenant {
        let set = sqlx::query("SELECT set_config('app.tenant', $1, false)").bind(tenant.to_string());
        set.execute(&mut session).await.unwrap();
    }
    session
}

/// A booking by hand of [`House::tenant`]'s staff member 1, for an hour of 21 November.
async fn occupy(session: &mut PgConnection, tenant: TenantId, from: &str, until: &str) -> Result<(), String> {
    let inserted = sqlx::query(
        "INSERT INTO ganira.occupancy (tenant_id, resource_id, during, owner, kind, contact_id, service_id, starts_at, ends_at)
         VALUES ($1, 1, tstzrange($2::timestamptz, $3::timestamptz), gen_random_uuid(), 'booking', 1, 1, $2::timestamptz, $3::timestamptz)",
    )
    .bind(tenant.0)
    .bind(format!("2026-11-21T{from}:00Z"))
    .bind(format!("2026-11-21T{until}:00Z"))
    .execute(session)
    .await;
    inserted.map(|_| ()).map_err(|error| error.as_database_error().unwrap().code().unwrap().into_owned())
}

#[tokio::test]
async fn two_raw_sessions_cannot_book_one_slot_twice() {
    const EXCLUSION_VIOLATION: &str = "23P01";
    let house = House::open().await;
    let tenant = house.tenant;
    let mut first = app_session(&house, Some(tenant)).await;
    let mut second = app_session(&house, Some(tenant)).await;
    let mut open = first.begin().await.unwrap();
    occupy(&mut open, tenant, "07:00", "08:00").await.unwrap();
    // The second has to wait for the first to make up her mind, and is then refused.
    {
        let mut waiting = pin!(occupy(&mut second, tenant, "07:30", "08:30"));
        let early = tokio::time::timeout(Duration::from_millis(200), waiting.as_mut()).await;
        assert!(early.is_err(), "the second was not made to wait");
        open.commit().await.unwrap();
        assert_eq!(waiting.await, Err(EXCLUSION_VIOLATION.to_owned()));
    }
    assert_eq!(occupy(&mut second, tenant, "07:00", "08:00").await, Err(EXCLUSION_VIOLATION.to_owned()));
    // Half-open: what only touches is free. Another tenant's staff is another's.
    assert_eq!(occupy(&mut second, tenant, "08:00", "09:00").await, Ok(()));
    assert_eq!(occupy(&mut second, tenant, "06:00", "07:00").await, Ok(()));
    let mut neighbour = app_session(&house, Some(house.neighbour)).await;
    assert_eq!(occupy(&mut neighbour, house.neighbour, "07:00", "08:00").await, Ok(()));
}

#[tokio::test]
async fn a_stretch_without_time_cannot_be_taken() {
    let house = House::open().await;
    let mut session = app_session(&house, Some(house.tenant)).await;
    assert_eq!(occupy(&mut session, house.tenant, "07:00", "07:00").await, Err("23514".to_owned()));
}

#[tokio::test]
async fn confirming_a_hold_touches_no_index() {
    let house = House::open().await;
    let mut commit = house.database.connection().await;
    sqlx::query(
        "INSERT INTO ganira.occupancy SELECT $1, 1, tstzrange(now(), now() + interval '1 hour'), gen_random_uuid(), 'hold', 1,
                now() + interval '10 minutes', 1, now(), now() + interval '1 hour'",
    )
    .bind(house.tenant.0)
    .execute(&mut commit)
    .await
    .unwrap();
    let mut transaction = commit.begin().await.unwrap();
    sqlx::query("UPDATE ganira.occupancy SET kind = 'booking', expires_at = NULL")
        .execute(&mut *transaction)
        .await
        .unwrap();
    let hot: i64 = sqlx::query_scalar("SELECT pg_stat_get_xact_tuples_hot_updated('ganira.occupancy'::regclass)")
        .fetch_one(&mut *transaction)
        .await
        .unwrap();
    assert_eq!(hot, 1);
}

/// A row in every table of the salon.
async fn furnish(house: &House) {
    let mut session = app_session(house, Some(house.tenant)).await;
    occupy(&mut session, house.tenant, "07:00", "08:00").await.unwrap();
    sqlx::query("INSERT INTO ganira.time_off SELECT tenant_id, id, now(), now() + interval '1 hour' FROM ganira.staff")
        .execute(&mut session)
        .await
        .unwrap();
    sqlx::query(
        "INSERT INTO ganira.visit (tenant_id, id, contact_id, service_id, staff_id, starts_at, ends_at, price_minor, currency, cancel_until)
         SELECT tenant_id, owner, 1, 1, 1, starts_at, ends_at, 0, 'RWF', starts_at FROM ganira.occupancy",
    )
    .execute(&house.pool)
    .await
    .unwrap();
    for filled in [
        "INSERT INTO ganira.feedback (tenant_id, id, contact_id, stars, at) VALUES ($1, gen_random_uuid(), 1, 5, now())",
        "INSERT INTO ganira.consent (tenant_id, contact_id, purpose, given, at) VALUES ($1, 1, 'news', true, now())",
    ] {
        sqlx::query(filled).bind(house.tenant.0).execute(&house.pool).await.unwrap();
    }
}

async fn count(session: &mut PgConnection, table: &str, tenant: TenantId) -> i64 {
    let statement = format!("SELECT count(*) FROM ganira.{table} WHERE tenant_id = {tenant}");
    sqlx::query_scalar(AssertSqlSafe(statement)).fetch_one(session).await.unwrap()
}

#[tokio::test]
async fn every_table_shows_a_tenant_its_own_rows_and_a_stranger_none() {
    let house = House::open().await;
    furnish(&house).await;
    let mut own = app_session(&house, Some(house.tenant)).await;
    let mut nobody = app_session(&house, None).await;
    let mut neighbour = app_session(&house, Some(house.neighbour)).await;
    for table in TABLES {
        assert!(count(&mut own, table, house.tenant).await > 0, "{table}");
        assert_eq!(count(&mut nobody, table, house.tenant).await, 0, "{table}");
        assert_eq!(count(&mut neighbour, table, house.tenant).await, 0, "{table}");
    }
    // A setting that was local to an earlier transaction is an empty text afterwards: still nobody.
    let mut transaction = nobody.begin().await.unwrap();
    sqlx::query("SELECT set_config('app.tenant', $1, true)")
        .bind(house.tenant.to_string())
        .execute(&mut *transaction)
        .await
        .unwrap();
    assert!(count(&mut transaction, "service", house.tenant).await > 0);
    transaction.commit().await.unwrap();
    assert_eq!(count(&mut nobody, "service", house.tenant).await, 0);
}

#[tokio::test]
async fn nobody_writes_rows_of_another_tenant() {
    const INSUFFICIENT_PRIVILEGE: &str = "42501";
    let house = House::open().await;
    furnish(&house).await;
    let mut neighbour = app_session(&house, Some(house.neighbour)).await;
    let refused = occupy(&mut neighbour, house.tenant, "10:00", "11:00").await;
    assert_eq!(refused, Err(INSUFFICIENT_PRIVILEGE.to_owned()));
    let deleted = sqlx::query("DELETE FROM ganira.occupancy").execute(&mut neighbour).await.unwrap();
    assert_eq!(deleted.rows_affected(), 0);
}

#[tokio::test]
async fn every_table_forces_its_policies_and_belongs_to_the_owner() {
    let house = House::open().await;
    for table in TABLES {
        let row = sqlx::query(
            "SELECT relrowsecurity AND relforcerowsecurity AS forced, relowner::regrole::text AS owner
             FROM pg_class WHERE oid = ('ganira.' || $1)::regclass",
        )
        .bind(table)
        .fetch_one(&house.pool)
        .await
        .unwrap();
        assert_eq!((row.get("forced"), row.get("owner")), (true, "ganira_owner"), "{table}");
    }
}

#[tokio::test]
async fn grants_on_the_salons_tables_are_these_and_no_more() {
    let house = House::open().await;
    let listed: Vec<String> = sqlx::query_scalar(
        "SELECT format('%s %s %s', grantee, table_name, string_agg(privilege_type, ' ' ORDER BY privilege_type))
         FROM information_schema.role_table_grants
         WHERE table_schema = 'ganira' AND table_name = ANY ($1) AND grantee <> 'ganira_owner'
         GROUP BY grantee, table_name ORDER BY 1",
    )
    .bind(TABLES.map(str::to_owned).to_vec())
    .fetch_all(&house.pool)
    .await
    .unwrap();
    assert_eq!(
        listed,
        [
            "ganira_app consent SELECT",
            "ganira_app feedback SELECT",
            "ganira_app occupancy DELETE INSERT SELECT",
            "ganira_app salon INSERT SELECT",
            "ganira_app service INSERT SELECT UPDATE",
            "ganira_app staff INSERT SELECT UPDATE",
            "ganira_app staff_service DELETE INSERT SELECT",
            "ganira_app time_off INSERT SELECT",
            "ganira_app visit SELECT",
            "ganira_app working_hours INSERT SELECT",
            "ganira_commit consent DELETE INSERT SELECT UPDATE",
            "ganira_commit feedback DELETE INSERT SELECT UPDATE",
            "ganira_commit occupancy DELETE SELECT UPDATE",
            "ganira_commit visit INSERT SELECT UPDATE",
        ]
    );
}

#[tokio::test]
async fn effects_belong_to_the_commit_and_only_the_sweeper_can_be_called_by_the_engine() {
    let house = House::open().await;
    let listed: Vec<String> = sqlx::query_scalar(
        "SELECT format('%s %s %s', p.proname, CASE WHEN p.prosecdef THEN 'definer' ELSE 'invoker' END,
                       string_agg(g.grantee::regrole::text, ' ' ORDER BY g.grantee::regrole::text))
         FROM pg_proc p, aclexplode(p.proacl) g
         WHERE p.pronamespace = 'ganira'::regnamespace AND p.proowner = 'ganira_commit'::regrole
           AND p.proname ~ '(book_visit|move_visit|cancel_visit|release_hold|leave_feedback|record_consent|erase_person|sweep_expired_holds)$'
           AND p.proconfig = ARRAY['search_path=ganira, pg_temp']
         GROUP BY p.oid, p.proname, p.prosecdef ORDER BY 1",
    )
    .fetch_all(&house.pool)
    .await
    .unwrap();
    assert_eq!(
        listed,
        [
            "effect_book_visit invoker ganira_commit",
            "effect_cancel_visit invoker ganira_commit",
            "effect_erase_person invoker ganira_commit",
            "effect_leave_feedback invoker ganira_commit",
            "effect_move_visit invoker ganira_commit",
            "effect_record_consent invoker ganira_commit",
            "effect_release_hold invoker ganira_commit",
            "inspect_book_visit invoker ganira_commit",
            "inspect_cancel_visit invoker ganira_commit",
            "inspect_erase_person invoker ganira_commit",
            "inspect_leave_feedback invoker ganira_commit",
            "inspect_move_visit invoker ganira_commit",
            "inspect_record_consent invoker ganira_commit",
            "inspect_release_hold invoker ganira_commit",
            "sweep_expired_holds definer ganira_commit ganira_engine",
        ]
    );
}
