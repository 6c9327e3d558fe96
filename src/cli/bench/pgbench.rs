//! The limit of the turns: pgbench calls the same `commit_batch` with rows of the same sizes. What a batch holds is laid ready beforehand;
//! a call picks up its arrays and commits them.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, bail};
use secrecy::ExposeSecret as _;
use sqlx::{Connection as _, Executor as _, PgConnection};
use tokio::process::Command;

use super::ground::Ground;
use super::shape::Shape;
use crate::crypto::random;

const DATABASE: &str = "bench_limit";
/// As a lane has it, see `store::postgres`.
const SETTINGS: &str =
    "-c search_path=ganira -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off";
const FOLDERS: &str = "/usr/lib/postgresql";

/// Arrays of a run: what every batch shares, whose turns it holds, and the event ids of each call.
const TABLES: &str = "
CREATE SCHEMA bench;
CREATE UNLOGGED TABLE bench.shared (
    snapshot bytea[], body bytea[], kind smallint[], account bigint[], tenant bigint[], day date[], at timestamptz[],
    o_turn integer[], o_n smallint[], o_account bigint[], o_body bytea[]);
ALTER TABLE bench.shared ALTER snapshot SET STORAGE EXTERNAL, ALTER body SET STORAGE EXTERNAL, ALTER o_body SET STORAGE EXTERNAL;
CREATE UNLOGGED TABLE bench.whose (lane integer, turn_group integer, writer bigint, contact bigint[], PRIMARY KEY (lane, turn_group));
CREATE UNLOGGED TABLE bench.events (lane integer, call bigint, event bytea[], PRIMARY KEY (lane, call));
CREATE FUNCTION bench.commit(p_lane integer, p_call bigint, p_groups integer) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE s bench.shared; w bench.whose; e bytea[];
BEGIN
    SELECT * INTO STRICT s FROM bench.shared;
    SELECT * INTO STRICT w FROM bench.whose WHERE lane = p_lane AND turn_group = p_call % p_groups;
    SELECT event INTO STRICT e FROM bench.events WHERE lane = p_lane AND call = p_call;
    RETURN ganira.commit_batch(w.writer, p_call + 1, '\\x00', s.tenant, w.contact, array_fill(p_call / p_groups, ARRAY[cardinality(w.contact)]),
        s.snapshot, e, s.day, s.account, s.kind, s.at, s.body, s.o_turn, s.o_n, s.o_account, s.o_body, current_date,
        '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}');
END $$;";

/// So many connections, each with so many turns a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub(super) struct Load {
    pub lanes: u32,
    pub turns: u32,
}

/// pgbench, its database and the size of the rows.
pub(super) struct Limit<'g> {
    ground: &'g Ground,
    program: PathBuf,
    people: u32,
    connection: PgConnection,
    shape: Shape,
    /// Every run has a tenant of its own, so that it begins with conversations nobody has touched.
    run: i64,
}

/// The program of the server's major version: `None` where there is none.
pub(super) fn program(major: u32) -> Option<PathBuf> {
    let matching = Path::new(FOLDERS).join(major.to_string()).join("bin/pgbench");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut all = std::iter::once(matching).chain(std::env::split_paths(&path).map(|folder| folder.join("pgbench")));
    all.find(|program| program.is_file())
}

/// Sealed bytes look like this: nothing in them can be compressed.
fn noise(bytes: f64) -> Vec<u8> {
    let mut noise = vec![0; bytes as usize];
    random::fill(&mut noise);
    noise
}

impl<'g> Limit<'g> {
    pub(super) async fn prepare(
        ground: &'g Ground,
        program: PathBuf,
        people: u32,
        shape: Shape,
    ) -> anyhow::Result<Self> {
        let options = ground.database(DATABASE).await?;
        let mut connection =
            PgConnection::connect_with(&options.options([("search_path", "ganira,public"), ("timezone", "UTC")]))
                .await?;
        connection.execute(TABLES).await?;
        Ok(Self { ground, program, people, connection, shape, run: 0 })
    }

    /// Turns a second of `calls` calls by each lane.
    pub(super) async fn run(&mut self, load: Load, turns: f64) -> anyhow::Result<f64> {
        let calls = ((turns / f64::from(load.lanes * load.turns)).ceil() as u32).max(2);
        let groups = (self.people / (load.lanes * load.turns)).max(1);
        self.lay_ready(load, calls, groups).await?;
        let script = self.ground.sub_folder("commit.sql");
        std::fs::write(&script, "SELECT bench.commit(:client_id, :call, :groups);\n\\set call :call + 1\n")?;
        let said = self.pgbench(load, calls, groups, &script).await?;
        let transactions = said
            .lines()
            .find_map(|line| line.strip_prefix("tps = ")?.split_whitespace().next()?.parse::<f64>().ok())
            .with_context(|| format!("pgbench did not say its speed:\n{said}"))?;
        self.check(u64::from(load.lanes * load.turns) * u64::from(calls)).await?;
        Ok(transactions * f64::from(load.turns))
    }

    async fn pgbench(&self, load: Load, calls: u32, groups: u32, script: &Path) -> anyhow::Result<String> {
        let postgres = self.ground.postgres()?;
        let mut command = Command::new(&self.program);
        command.args(["-n", "-M", "prepared", "-D", "call=0", "-D", &format!("groups={groups}")]);
        command
            .args(["-c", &load.lanes.to_string(), "-j", &load.lanes.to_string(), "-t", &calls.to_string(), "-f"])
            .arg(script);
        command.arg("-h").arg(postgres.sockets()).args(["-p", "5432", "-U", "ganira", DATABASE]);
        command.env("PGPASSWORD", postgres.password().expose_secret()).env("PGOPTIONS", SETTINGS);
        let output = command.stdin(Stdio::null()).output().await.context("pgbench could not be started")?;
        if !output.status.success() {
            bail!("pgbench failed: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// New conversations, writers, and the arrays of every call.
    async fn lay_ready(&mut self, load: Load, calls: u32, groups: u32) -> anyhow::Result<()> {
        self.run += 1;
        let (lanes, turns) = (load.lanes.cast_signed(), load.turns.cast_signed());
        let Shape { snapshot_bytes, journal_bytes, outbox_bytes, outbox_rows } = self.shape;
        self.connection.execute("TRUNCATE bench.shared, bench.whose, bench.events").await?;
        sqlx::query("INSERT INTO conversation (tenant_id, contact_id, snapshot) SELECT $1, c, $3 FROM generate_series(1, $2) AS c")
            .bind(self.run)
            .bind(lanes * turns * groups.cast_signed())
            .bind(noise(snapshot_bytes))
            .execute(&mut self.connection)
            .await?;
        sqlx::query(
            "INSERT INTO bench.shared SELECT array_fill($2::bytea, ARRAY[$1]), array_fill($3::bytea, ARRAY[$1]), array_fill(1::smallint, ARRAY[$1]),
                 array_fill(1::bigint, ARRAY[$1]), array_fill($4::bigint, ARRAY[$1]), array_fill(current_date, ARRAY[$1]),
                 array_fill(now(), ARRAY[$1]),
                 (SELECT array_agg(1 + (r - 1) % $1 ORDER BY 1 + (r - 1) % $1, r) FROM generate_series(1, $6) AS r),
                 (SELECT array_agg(((r - 1) / $1)::smallint ORDER BY 1 + (r - 1) % $1, r) FROM generate_series(1, $6) AS r),
                 array_fill(1::bigint, ARRAY[$6]), array_fill($5::bytea, ARRAY[$6])",
        )
        .bind(turns)
        .bind(noise(snapshot_bytes))
        .bind(noise(journal_bytes))
        .bind(self.run)
        .bind(noise(outbox_bytes))
        .bind((f64::from(turns) * outbox_rows).round() as i32)
        .execute(&mut self.connection)
        .await?;
        // A batch's conversations lie scattered over the table, as a lane's do.
        sqlx::query(
            "INSERT INTO bench.whose
             SELECT lane, turn_group, writer_id, (SELECT array_agg(1 + lane + $1 * (turn_group + $3 * t)) FROM generate_series(0, $2 - 1) AS t)
             FROM (SELECT lane - 1 AS lane, writer_id FROM register('pgbench', ($1 + 1)::smallint, 0) WHERE lane > 0) AS writers,
                 generate_series(0, $3 - 1) AS turn_group",
        )
        .bind(lanes)
        .bind(turns)
        .bind(groups.cast_signed())
        .execute(&mut self.connection)
        .await?;
        sqlx::query(
            "INSERT INTO bench.events SELECT lane, call,
                 (SELECT array_agg(decode(md5(concat_ws('.', $1::text, lane::text, call::text, t::text)), 'hex')) FROM generate_series(1, $3) AS t)
             FROM generate_series(0, $2 - 1) AS lane, generate_series(0, $4 - 1) AS call",
        )
        .bind(self.run)
        .bind(lanes)
        .bind(turns)
        .bind(i64::from(calls))
        .execute(&mut self.connection)
        .await?;
        self.connection.execute("ANALYZE bench.events, bench.whose; ANALYZE conversation").await?;
        Ok(())
    }

    async fn check(&mut self, turns: u64) -> anyhow::Result<()> {
        let (journaled, counted): (i64, i64) = sqlx::query_as(
            "SELECT (SELECT count(*) FROM journal WHERE tenant_id = $1), (SELECT sum(seq)::bigint FROM conversation WHERE tenant_id = $1)",
        )
        .bind(self.run)
        .fetch_one(&mut self.connection)
        .await?;
        if journaled.cast_unsigned() != turns || counted != journaled {
            bail!(
                "violation: pgbench made {turns} turns, {journaled} stand in the journal, the conversations count {counted}"
            );
        }
        Ok(())
    }
}
