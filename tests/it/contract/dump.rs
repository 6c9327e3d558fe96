//! Both stores' tables, row for row: what no call of the store reads is compared here.

use std::collections::BTreeMap;

use ganira::domain::{Conversation, OutboxId, Timestamp};
use serde_json::{Value as Json, json};
use sqlx::PgPool;

use super::ground::dated;
use super::sim_store::{Tables, VisitState};

/// Rows by the name of their table, sorted.
pub type Dump = BTreeMap<&'static str, Vec<String>>;

/// A table and its rows as arrays. Bytes are in hexadecimal digits, instants in microseconds; those of the database's own clock are left out.
const QUERIES: &[(&str, &str)] = &[
    ("writer", "id, node, incarnation, lane, alive, last_batch, encode(last_digest, 'hex')"),
    ("node", "name, incarnation, released"),
    ("directory", "tenant_id, encode(address_hash, 'hex'), contact_id, kind::text, encode(sealed, 'hex')"),
    ("contact_key", "tenant_id, contact_id, encode(wrapped, 'hex')"),
    ("conversation", "tenant_id, contact_id, seq, encode(snapshot, 'hex')"),
    ("erasure", "tenant_id, contact_id"),
    (
        "journal",
        "tenant_id, encode(event, 'hex'), day, contact_id, seq, account_id, kind, micros(at), encode(body, 'hex')",
    ),
    (
        "outbox",
        "tenant_id, contact_id, seq, n, day, account_id, writer_id, batch_no, place, micros(at), encode(body, 'hex')",
    ),
    (
        "delivery",
        "tenant_id, contact_id, seq, n, account_id, attempt, attempt_state, rank, encode(message, 'hex'), error_code, price_category, \
      dated(changed_at)",
    ),
    ("outbox_cursor", "account_id, writer_id, batch_no"),
    ("timer", "shard, micros(due), tenant_id, contact_id"),
    (
        "job",
        "tenant_id, contact_id, seq, n, account_id, kind, micros(at), encode(body, 'hex'), tries, micros(not_before)",
    ),
    ("media", "tenant_id, contact_id, seq, n, object, mime, bytes"),
    ("notice", "encode(event, 'hex'), day, account_id, field, micros(at), encode(body, 'hex')"),
    (
        "dead_letter",
        "id, encode(dedupe, 'hex'), tenant_id, contact_id, account_id, reason, error, micros(at), encode(body, 'hex'), \
      state = 'replayed', replays",
    ),
    ("request", "id, kind, arguments, tenant_id, contact_id, encode(sealed, 'hex'), done_at IS NOT NULL, answer"),
    (
        "sent_message",
        "encode(message, 'hex'), account_id, tenant_id, contact_id, seq, n, parts, wake, rank, error_code, micros(at)",
    ),
    ("early_receipt", "encode(message, 'hex'), encode(receipt, 'hex'), rank, error_code, micros(at), ripe"),
    (
        "move_code",
        "tenant_id, encode(code, 'hex'), contact_id, channel, micros(expires_at), encode(used_by, 'hex'), encode(used_event, 'hex')",
    ),
    ("wrong_code", "tenant_id, encode(sender, 'hex'), encode(event, 'hex'), micros(at), outcome"),
    ("contact_join", "tenant_id, contact_id, into_id, micros(at)"),
    ("fall_back", "tenant_id, contact_id, seq, n, by_seq"),
    ("hand_over", "tenant_id, contact_id, queue, micros(asked_at), call_back"),
    ("opt_out", "tenant_id, contact_id, channel, purpose, source, micros(at)"),
    ("consent", "tenant_id, contact_id, purpose, micros(at), given, channel"),
    (
        "occupancy",
        "tenant_id, owner::text, resource_id, contact_id, micros(expires_at), service_id, micros(lower(during)), micros(upper(during))",
    ),
    (
        "visit",
        "tenant_id, id::text, contact_id, service_id, staff_id, micros(starts_at), micros(ends_at), price_minor, currency, \
      encode(name_sealed, 'base64'), name_row::text, micros(cancel_until), state, replaces::text",
    ),
    ("feedback", "tenant_id, id::text, contact_id, stars, encode(words_sealed, 'base64'), micros(at)"),
    ("sms_part", "gateway, encode(message, 'hex'), part, micros(at), delivered, encode(body, 'hex')"),
    ("flow_count", "tenant_id, day, revision, flow, step, channel, entered, answered, asked_again, left_here"),
    ("account", "id, stopped_reason"),
];

/// All in one question.
pub async fn of_postgres(pool: &PgPool) -> Dump {
    let tables = QUERIES.iter().map(|(table, columns)| {
        format!("SELECT '{table}' AS name, jsonb_build_array({})::text AS row FROM ganira.{table}", instants(columns))
    });
    let all = tables.collect::<Vec<_>>().join(" UNION ALL ");
    let rows: Vec<(String, String)> = sqlx::query_as(sqlx::AssertSqlSafe(all)).fetch_all(pool).await.unwrap();
    let mut dump: Dump = QUERIES.iter().map(|(table, _)| (*table, Vec::new())).collect();
    for (table, row) in rows {
        let row: Json = serde_json::from_str(&row).unwrap();
        let (_, found) = dump.iter_mut().find(|(name, _)| **name == table).unwrap();
        found.push(row.to_string());
    }
    sorted(dump)
}

fn instants(columns: &str) -> String {
    let mut written = String::new();
    let mut rest = columns;
    while let Some((before, after)) = rest.split_once("micros(") {
        written += before;
        let end = closing(after);
        written += "(extract(epoch FROM ";
        written += &after[..end];
        written += ") * 1000000)::bigint";
        rest = &after[end + 1..];
    }
    written += rest;
    written.replace(
        "dated(changed_at)",
        "CASE WHEN changed_at > now() - interval '1 hour' THEN 0 ELSE (extract(epoch FROM changed_at) * 1000000)::bigint END",
    )
}

/// Where the bracket ends that is open.
fn closing(text: &str) -> usize {
    let mut open = 1;
    let ends = |letter: char| {
        open += match letter {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        open == 0
    };
    text.find(ends).unwrap()
}

fn sorted(mut dump: Dump) -> Dump {
    for rows in dump.values_mut() {
        rows.sort();
    }
    dump
}

fn micros(at: Timestamp) -> i64 {
    at.timestamp_micros()
}

fn whose(of: Conversation) -> [i64; 2] {
    [of.tenant.0, of.contact.0]
}

fn named(id: OutboxId) -> [i64; 4] {
    [id.conversation.tenant.0, id.conversation.contact.0, id.seq.0, id.n.into()]
}

/// A row of columns one after the other.
fn row<const N: usize>(first: [i64; N], rest: Json) -> String {
    let mut columns: Vec<Json> = first.into_iter().map(Json::from).collect();
    let Json::Array(rest) = rest else { panic!("columns are an array") };
    columns.extend(rest);
    Json::Array(columns).to_string()
}

fn digits(hash: impl AsRef<[u8]>) -> String {
    hex::encode(hash)
}

pub fn of_sim(tables: &Tables) -> Dump {
    let mut dump = Dump::new();
    nodes_and_people(tables, &mut dump);
    turns(tables, &mut dump);
    receipts_and_letters(tables, &mut dump);
    effects(tables, &mut dump);
    salon(tables, &mut dump);
    sorted(dump)
}

fn nodes_and_people(t: &Tables, dump: &mut Dump) {
    let writer = |(id, w): (&ganira::store::WriterId, &super::sim_store::Writer)| {
        let digest = w.last_digest.map(digits);
        row([id.0], json!([w.node, w.incarnation, w.lane, w.alive, w.last_batch, digest]))
    };
    dump.insert("writer", t.writers.iter().map(writer).collect());
    dump.insert("node", t.nodes.iter().map(|(name, n)| row([], json!([name, n.incarnation, n.released]))).collect());
    dump.insert(
        "directory",
        t.directory
            .iter()
            .map(|((tenant, hash), a)| {
                row([tenant.0], json!([digits(hash), a.contact.0, a.kind.to_string(), digits(&a.sealed)]))
            })
            .collect(),
    );
    dump.insert("contact_key", t.contact_keys.iter().map(|(of, key)| row(whose(*of), json!([digits(key)]))).collect());
    dump.insert(
        "conversation",
        t.conversations.iter().map(|(of, c)| row(whose(*of), json!([c.seq.0, digits(&c.sealed)]))).collect(),
    );
    dump.insert("erasure", t.erasures.keys().map(|of| row(whose(*of), json!([]))).collect());
    dump.insert("account", t.accounts.values().map(|a| row([a.id.0], json!([a.stopped_reason]))).collect());
}

fn turns(t: &Tables, dump: &mut Dump) {
    let journal = t.journal.iter().map(|((tenant, event, day), j)| {
        let at = micros(j.at);
        row([tenant.0], json!([digits(event.0), day, j.contact.0, j.seq.0, j.account.0, j.kind, at, digits(&j.body)]))
    });
    dump.insert("journal", journal.collect());
    let outbox = t.outbox.iter().map(|((id, day), o)| {
        let place = [o.place.writer, o.place.batch, o.place.place.into()];
        row(named(*id), json!([day, o.account.0, place[0], place[1], place[2], micros(o.at), digits(&o.body)]))
    });
    dump.insert("outbox", outbox.collect());
    let delivery = t.deliveries.iter().map(|(id, d)| {
        let attempt = (d.attempt, d.attempt_state, d.rank);
        let rest = json!([
            d.account.0,
            attempt.0,
            attempt.1,
            attempt.2,
            d.message.map(digits),
            d.error_code,
            d.price_category,
            micros(dated(d.changed_at)),
        ]);
        row(named(*id), rest)
    });
    dump.insert("delivery", delivery.collect());
    let cursor = t.cursors.iter().map(|((account, writer), batch)| row([account.0, writer.0, *batch], json!([])));
    dump.insert("outbox_cursor", cursor.collect());
    let timer = t.timers.keys().map(|(shard, due, of)| row([i64::from(*shard), micros(*due)], json!(whose(*of))));
    dump.insert("timer", timer.collect());
    let job = t.jobs.iter().map(|(id, j)| {
        let not_before = j.not_before.map(micros);
        row(named(*id), json!([j.account.0, j.kind, micros(j.at), digits(&j.body), j.tries, not_before]))
    });
    dump.insert("job", job.collect());
    let media = t.media.iter().map(|(id, m)| row(named(*id), json!([m.object, m.mime, m.bytes])));
    dump.insert("media", media.collect());
}

fn receipts_and_letters(t: &Tables, dump: &mut Dump) {
    let notice = t.notices.iter().map(|((event, day), n)| {
        let account = n.account.map(|account| account.0);
        row([], json!([digits(event.0), day, account, n.field, micros(n.at), digits(&n.body)]))
    });
    dump.insert("notice", notice.collect());
    let letter = t.dead_letters.iter().map(|(dedupe, l)| {
        let of = (l.tenant.map(|id| id.0), l.contact.map(|id| id.0), l.account.map(|id| id.0));
        let at = micros(l.at);
        let rest =
            json!([digits(dedupe), of.0, of.1, of.2, l.reason, l.error, at, digits(&l.body), l.is_replayed, l.replays]);
        row([l.id], rest)
    });
    dump.insert("dead_letter", letter.collect());
    let request = t.requests.iter().map(|(id, r)| {
        let (tenant, contact) = (r.about.map(|of| of.tenant.0), r.about.map(|of| of.contact.0));
        let sealed = r.sealed.as_ref().map(digits);
        row([*id], json!([r.kind, r.arguments, tenant, contact, sealed, r.done_at.is_some(), r.answer]))
    });
    dump.insert("request", request.collect());
    let sent = t.sent_messages.iter().map(|(name, s)| {
        let [tenant, contact, seq, n] = named(s.outbox);
        let at = micros(s.at);
        let columns =
            json!([digits(name), s.account.0, tenant, contact, seq, n, s.parts, s.wake, s.rank, s.error_code, at]);
        row([], columns)
    });
    dump.insert("sent_message", sent.collect());
    let early = t.early_receipts.iter().map(|((message, receipt), e)| {
        row([], json!([digits(message), digits(receipt), e.rank, e.error_code, micros(e.at), e.ripe]))
    });
    dump.insert("early_receipt", early.collect());
    let part = t.parts.iter().map(|((gateway, message, part), p)| {
        row([], json!([gateway, digits(message), part, micros(p.at), p.delivered, digits(&p.body)]))
    });
    dump.insert("sms_part", part.collect());
    let count = t.flow_counts.iter().map(|((tenant, day, revision, flow, step, channel), c)| {
        let rest = json!([day, revision, flow, step, channel, c.entered, c.answered, c.asked_again, c.left]);
        row([tenant.0], rest)
    });
    dump.insert("flow_count", count.collect());
}

fn effects(t: &Tables, dump: &mut Dump) {
    let code = t.move_codes.iter().map(|((tenant, code), c)| {
        let used = (c.used_by.map(digits), c.used_event.map(|event| digits(event.0)));
        row([tenant.0], json!([digits(code), c.contact.0, c.channel, micros(c.expires_at), used.0, used.1]))
    });
    dump.insert("move_code", code.collect());
    let wrong = t.wrong_codes.iter().map(|((tenant, sender, event), w)| {
        row([tenant.0], json!([digits(sender), digits(event.0), micros(w.at), w.outcome]))
    });
    dump.insert("wrong_code", wrong.collect());
    let join = t.contact_joins.iter().map(|(of, (into, at))| row(whose(*of), json!([into.0, micros(*at)])));
    dump.insert("contact_join", join.collect());
    dump.insert("fall_back", t.fall_backs.iter().map(|(id, by)| row(named(*id), json!([by]))).collect());
    let hand_over =
        t.hand_overs.iter().map(|(of, h)| row(whose(*of), json!([h.queue, micros(h.asked_at), h.call_back])));
    dump.insert("hand_over", hand_over.collect());
    let opt_out = t
        .opt_outs
        .iter()
        .map(|((of, channel, purpose), o)| row(whose(*of), json!([channel, purpose, o.source, micros(o.at)])));
    dump.insert("opt_out", opt_out.collect());
    let consent = t
        .consents
        .iter()
        .map(|((of, purpose, at), c)| row(whose(*of), json!([purpose, micros(*at), c.given, c.channel])));
    dump.insert("consent", consent.collect());
}

fn salon(t: &Tables, dump: &mut Dump) {
    let occupancy = t.occupancies.iter().map(|((tenant, owner, resource), o)| {
        let expires = o.expires_at.map(micros);
        row([tenant.0], json!([owner, resource, o.contact.0, expires, o.service, micros(o.from), micros(o.until)]))
    });
    dump.insert("occupancy", occupancy.collect());
    let visit = t.visits.iter().map(|((tenant, id), v)| {
        let state = match v.state {
            VisitState::Booked => "booked",
            VisitState::Moved => "moved",
            VisitState::Cancelled => "cancelled",
        };
        let times = [micros(v.starts_at), micros(v.ends_at), micros(v.cancel_until)];
        let rest = json!([
            id,
            v.contact.0,
            v.service,
            v.staff,
            times[0],
            times[1],
            v.price_minor,
            v.currency,
            v.name_sealed,
            v.name_row,
            times[2],
            state,
            v.replaces,
        ]);
        row([tenant.0], rest)
    });
    dump.insert("visit", visit.collect());
    let feedback = t
        .feedback
        .iter()
        .map(|((tenant, id), f)| row([tenant.0], json!([id, f.contact.0, f.stars, f.words_sealed, micros(f.at)])));
    dump.insert("feedback", feedback.collect());
}
