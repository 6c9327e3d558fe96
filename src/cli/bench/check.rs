//! The checker: what was acknowledged must stand in the database, once, in order. It runs before a figure is believed.

use anyhow::bail;
use sqlx::PgConnection;

/// Fails if a turn is missing, is there twice, or a conversation's numbers have a gap.
pub(super) async fn turns(connection: &mut PgConnection, acknowledged: u64) -> anyhow::Result<()> {
    journaled(connection, acknowledged).await?;
    consistent(connection).await
}

/// The same of a database in which there are also people without a journal.
pub(super) async fn journaled(connection: &mut PgConnection, acknowledged: u64) -> anyhow::Result<()> {
    let (journaled, _) = kept(connection).await?;
    if journaled != acknowledged {
        bail!("violation: {acknowledged} turns were acknowledged and {journaled} stand in the journal");
    }
    whole(connection).await
}

/// Fails if something that was accepted stands neither in the journal nor among the dead letters, or if more stands there than was offered. What
/// was told to come again may have been on its way.
pub(super) async fn accepted(connection: &mut PgConnection, accepted: u64, offered: u64) -> anyhow::Result<()> {
    consistent(connection).await?;
    let (journaled, buried) = kept(connection).await?;
    if !(accepted..=offered).contains(&(journaled + buried)) {
        bail!("violation: {offered} were offered, {accepted} accepted, {journaled} journaled and {buried} buried");
    }
    Ok(())
}

/// Fails if a hop is missing whose screen went on, or more stand there than were made. A hop that was told to try again may have become a
/// turn, and the news that its screen was missed another.
pub(super) async fn hops(connection: &mut PgConnection, answered: u64, ended: u64) -> anyhow::Result<()> {
    let (journaled, _) = kept(connection).await?;
    let shown = answered - ended;
    if !(shown..=answered + ended).contains(&journaled) {
        bail!(
            "violation: {shown} screens were shown, {ended} hops were told to try again, and {journaled} turns stand in the journal"
        );
    }
    consistent(connection).await
}

/// Fails if journal and conversations disagree.
pub(super) async fn consistent(connection: &mut PgConnection) -> anyhow::Result<()> {
    let (journaled, counted): (i64, i64) = sqlx::query_as(
        "SELECT (SELECT count(*) FROM ganira.journal), (SELECT coalesce(sum(seq), 0)::bigint FROM ganira.conversation)",
    )
    .fetch_one(&mut *connection)
    .await?;
    if journaled != counted {
        bail!("violation: the conversations count {counted} turns and {journaled} stand in the journal");
    }
    whole(connection).await
}

async fn whole(connection: &mut PgConnection) -> anyhow::Result<()> {
    let torn: i64 = sqlx::query_scalar(
        "SELECT count(*) FROM (SELECT FROM ganira.journal GROUP BY tenant_id, contact_id
             HAVING count(*) <> max(seq) OR count(DISTINCT seq) <> count(*)) AS torn",
    )
    .fetch_one(&mut *connection)
    .await?;
    if torn > 0 {
        bail!("violation: {torn} conversations have a gap or a turn twice");
    }
    Ok(())
}

/// Rows of the journal and of the dead letters.
pub(super) async fn kept(connection: &mut PgConnection) -> anyhow::Result<(u64, u64)> {
    let (journaled, buried): (i64, i64) =
        sqlx::query_as("SELECT (SELECT count(*) FROM ganira.journal), (SELECT count(*) FROM ganira.dead_letter)")
            .fetch_one(connection)
            .await?;
    Ok((journaled.cast_unsigned(), buried.cast_unsigned()))
}
