-- Receipts by the provider's own id: SMS has no opaque field that always comes back, a message may be cut into several parts that are named
-- one by one, and a receipt may overtake the answer that names its message.

SET LOCAL search_path = ganira, public;

-- What a provider calls the parts of a message: one row each, found by the keyed hash of gateway and id (a receipt may not say by which of a
-- gateway's numbers its message went). Rank and error are the part's own; those of the whole stand in `delivery`.
CREATE TABLE sent_message (
    message bytea PRIMARY KEY,
    account_id bigint NOT NULL,
    tenant_id bigint NOT NULL,
    contact_id bigint NOT NULL,
    seq bigint NOT NULL,
    n smallint NOT NULL,
    parts smallint NOT NULL CHECK (parts > 0),
    -- Somebody waits for the receipts of the whole.
    wake boolean NOT NULL,
    rank smallint NOT NULL DEFAULT 0,
    error_code bigint,
    at timestamptz NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX sent_message_whole ON sent_message (tenant_id, contact_id, seq, n);
CREATE INDEX sent_message_at ON sent_message (at);

-- Receipts of messages nobody knows yet. `message` is a form the id may have been given in, `receipt` the form it came in: a receipt has a row
-- for each form. `ripe`: the message is known now, and its conversation has still to be told.
CREATE TABLE early_receipt (
    message bytea NOT NULL,
    receipt bytea NOT NULL,
    rank smallint NOT NULL,
    error_code bigint,
    at timestamptz NOT NULL,
    ripe boolean NOT NULL DEFAULT false,
    PRIMARY KEY (message, receipt)
);
CREATE INDEX early_receipt_whole ON early_receipt (receipt);
CREATE INDEX early_receipt_ripe ON early_receipt (at) WHERE ripe;
CREATE INDEX early_receipt_at ON early_receipt (at);

ALTER TABLE sent_message ENABLE ROW LEVEL SECURITY;
ALTER TABLE sent_message FORCE ROW LEVEL SECURITY;
CREATE POLICY app_own ON sent_message TO ganira_app USING (tenant_id = (SELECT nullif(current_setting('app.tenant', true), '')::bigint));
CREATE POLICY commit_all ON sent_message TO ganira_commit USING (true);
CREATE POLICY owner_all ON sent_message TO ganira_owner USING (true);
GRANT SELECT ON sent_message TO ganira_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON sent_message, early_receipt TO ganira_commit;

-- `record_facts`, and with it in one transaction: the names providers gave to parts of messages (s_), and receipts by such names (r_, a row for
-- each form the id may have been given in, numbered from 1 by r_no; c_ what the receipt's own opaque field says, null where there is none). No
-- name stands twice in s_, and no receipt has two numbers.
CREATE FUNCTION record_messages(
    p_writer bigint, p_batch bigint, p_digest bytea,
    f_tenant bigint[], f_contact bigint[], f_seq bigint[], f_n smallint[], f_account bigint[],
    f_attempt smallint[], f_attempt_state smallint[], f_rank smallint[], f_message bytea[], f_error bigint[], f_price text[], f_at timestamptz[],
    n_event bytea[], n_day date[], n_account bigint[], n_field text[], n_at timestamptz[], n_body bytea[],
    s_account bigint[], s_message bytea[], s_tenant bigint[], s_contact bigint[], s_seq bigint[], s_n smallint[], s_parts smallint[], s_wake boolean[],
    s_at timestamptz[],
    r_no integer[], r_receipt bytea[], r_message bytea[], r_rank smallint[], r_error bigint[], r_at timestamptz[],
    c_account bigint[], c_tenant bigint[], c_contact bigint[], c_seq bigint[], c_n smallint[], c_parts smallint[], c_wake boolean[]
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
DECLARE v_met boolean[];
BEGIN
    IF NOT record_facts(p_writer, p_batch, p_digest, f_tenant, f_contact, f_seq, f_n, f_account, f_attempt, f_attempt_state, f_rank, f_message,
                        f_error, f_price, f_at, n_event, n_day, n_account, n_field, n_at, n_body) THEN
        RETURN false;
    END IF;

    -- A name that is given anew is another message's from then on: some providers count from one again.
    INSERT INTO sent_message AS m (message, account_id, tenant_id, contact_id, seq, n, parts, wake, rank, error_code, at)
        SELECT s.message, s.account, s.tenant, s.contact, s.seq, s.n, s.parts, s.wake, coalesce(e.rank, 0::smallint), e.error_code, s.at
        FROM unnest(s_account, s_message, s_tenant, s_contact, s_seq, s_n, s_parts, s_wake, s_at)
            AS s (account, message, tenant, contact, seq, n, parts, wake, at)
        LEFT JOIN LATERAL (SELECT early.rank, early.error_code FROM early_receipt AS early
            WHERE early.message = s.message ORDER BY early.rank DESC LIMIT 1) AS e ON true
        WHERE EXISTS (SELECT FROM contact_key AS k WHERE k.tenant_id = s.tenant AND k.contact_id = s.contact)
        ON CONFLICT (message) DO UPDATE SET
            account_id = excluded.account_id, tenant_id = excluded.tenant_id, contact_id = excluded.contact_id, seq = excluded.seq, n = excluded.n,
            parts = excluded.parts, wake = excluded.wake, at = excluded.at,
            rank = CASE WHEN (m.tenant_id, m.contact_id, m.seq, m.n) = (excluded.tenant_id, excluded.contact_id, excluded.seq, excluded.n)
                        THEN greatest(m.rank, excluded.rank) ELSE excluded.rank END,
            error_code = CASE WHEN (m.tenant_id, m.contact_id, m.seq, m.n) = (excluded.tenant_id, excluded.contact_id, excluded.seq, excluded.n)
                              THEN coalesce(m.error_code, excluded.error_code) ELSE excluded.error_code END;
    -- What came early and is met now: kept until its conversation is told, where it has to be.
    UPDATE early_receipt AS e SET ripe = true
        FROM unnest(s_message, s_wake) AS s (message, wake) WHERE e.message = s.message AND (s.wake OR e.rank = 100);
    DELETE FROM early_receipt AS e
        USING unnest(s_message) AS s (message), early_receipt AS met
        WHERE met.message = s.message AND e.receipt = met.receipt AND NOT e.ripe;

    -- A receipt that is met by more than one form of its id belongs to the first of them. By another form than its own it is never news of a
    -- message that has arrived already: then it is early, and the number only looks like that other message's.
    IF cardinality(r_no) > 0 THEN
        SELECT array_agg(each.met ORDER BY each.no) INTO v_met FROM (
            SELECT r.no, bool_or(m.message IS NOT NULL) AS met FROM unnest(r_no, r_receipt, r_message) AS r (no, receipt, message)
            LEFT JOIN sent_message AS m ON m.message = r.message AND (r.message = r.receipt OR m.rank < 50) GROUP BY r.no) AS each;
        WITH met AS (
            SELECT DISTINCT ON (r.no) m.message, r.rank, r.error
            FROM unnest(r_no, r_receipt, r_message, r_rank, r_error) WITH ORDINALITY AS r (no, receipt, message, rank, error, form)
            JOIN sent_message AS m ON m.message = r.message AND (r.message = r.receipt OR m.rank < 50) ORDER BY r.no, r.form),
        news AS (SELECT message, max(rank) AS rank, max(error) AS error FROM met GROUP BY message)
        UPDATE sent_message AS m SET rank = greatest(m.rank, news.rank), error_code = coalesce(m.error_code, news.error)
            FROM news WHERE m.message = news.message;
        -- Nobody named the message yet, but the receipt says itself whose it is.
        INSERT INTO sent_message AS m (message, account_id, tenant_id, contact_id, seq, n, parts, wake, rank, error_code, at)
            SELECT r.message, r.account, r.tenant, r.contact, r.seq, r.n, r.parts, r.wake, r.rank, r.error, r.at
            FROM unnest(r_no, r_receipt, r_message, r_rank, r_error, r_at, c_account, c_tenant, c_contact, c_seq, c_n, c_parts, c_wake)
                AS r (no, receipt, message, rank, error, at, account, tenant, contact, seq, n, parts, wake)
            WHERE r.tenant IS NOT NULL AND NOT v_met[r.no] AND r.message = r.receipt
              AND EXISTS (SELECT FROM contact_key AS k WHERE k.tenant_id = r.tenant AND k.contact_id = r.contact)
            ON CONFLICT (message) DO NOTHING;
        INSERT INTO early_receipt AS e (message, receipt, rank, error_code, at)
            SELECT r.message, r.receipt, r.rank, r.error, r.at
            FROM unnest(r_no, r_receipt, r_message, r_rank, r_error, r_at, c_tenant) AS r (no, receipt, message, rank, error, at, tenant)
            WHERE r.tenant IS NULL AND NOT v_met[r.no]
            ON CONFLICT (message, receipt) DO UPDATE SET
                rank = greatest(e.rank, excluded.rank), error_code = coalesce(e.error_code, excluded.error_code);
    END IF;

    -- The whole: failed when one part is, delivered when all are, at most sent until then.
    INSERT INTO delivery AS d (tenant_id, contact_id, seq, n, account_id, rank, error_code, changed_at)
        SELECT whole.tenant_id, whole.contact_id, whole.seq, whole.n, whole.account_id, whole.rank, whole.error, now() FROM (
            SELECT m.tenant_id, m.contact_id, m.seq, m.n, min(m.account_id) AS account_id, max(m.error_code) AS error,
                   (CASE WHEN max(m.rank) = 100 THEN 100
                         WHEN count(*) FILTER (WHERE m.rank >= 50) >= max(m.parts) THEN 50
                         ELSE least(max(m.rank), 40) END)::smallint AS rank
            FROM (SELECT DISTINCT k.tenant_id, k.contact_id, k.seq, k.n
                  FROM (SELECT unnest(s_message) AS message UNION SELECT unnest(r_message)) AS named
                  JOIN sent_message AS k ON k.message = named.message) AS touched
            JOIN sent_message AS m ON m.tenant_id = touched.tenant_id AND m.contact_id = touched.contact_id
                                  AND m.seq = touched.seq AND m.n = touched.n
            GROUP BY m.tenant_id, m.contact_id, m.seq, m.n) AS whole
        WHERE whole.rank > 0
        ON CONFLICT (tenant_id, contact_id, seq, n) DO UPDATE SET
            rank = greatest(d.rank, excluded.rank), error_code = coalesce(d.error_code, excluded.error_code), changed_at = excluded.changed_at;
    RETURN true;
END $$;

-- How the whole stands whose part a provider calls so. `p_ask` numbers the questions, which may try several names in their order.
CREATE FUNCTION message_standing(p_ask integer[], p_message bytea[])
RETURNS TABLE (ask integer, account_id bigint, tenant_id bigint, contact_id bigint, seq bigint, n smallint, wake boolean, rank smallint, error_code bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    SELECT DISTINCT ON (a.ask) a.ask, m.account_id, m.tenant_id, m.contact_id, m.seq, m.n, m.wake, coalesce(d.rank, 0::smallint), d.error_code
    FROM unnest(p_ask, p_message) WITH ORDINALITY AS a (ask, message, form)
    JOIN sent_message AS m ON m.message = a.message
    LEFT JOIN delivery AS d ON d.tenant_id = m.tenant_id AND d.contact_id = m.contact_id AND d.seq = m.seq AND d.n = m.n
    ORDER BY a.ask, a.form
$$;

-- Early receipts whose message is known by now and whose conversation has still to be told.
CREATE FUNCTION ripe_receipts(p_limit integer)
RETURNS TABLE (receipt bytea, account_id bigint, tenant_id bigint, contact_id bigint, seq bigint, n smallint, wake boolean, rank smallint,
               error_code bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    SELECT e.receipt, m.account_id, m.tenant_id, m.contact_id, m.seq, m.n, m.wake, coalesce(d.rank, 0::smallint), d.error_code
    FROM early_receipt AS e JOIN sent_message AS m ON m.message = e.message
    LEFT JOIN delivery AS d ON d.tenant_id = m.tenant_id AND d.contact_id = m.contact_id AND d.seq = m.seq AND d.n = m.n
    WHERE e.ripe LIMIT p_limit
$$;

CREATE FUNCTION forget_receipts(p_receipt bytea[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    DELETE FROM early_receipt WHERE receipt = ANY (p_receipt)
$$;

ALTER TABLE sent_message OWNER TO ganira_owner;
ALTER TABLE early_receipt OWNER TO ganira_owner;

DO $$
DECLARE one record;
BEGIN
    FOR one IN SELECT p.oid::regprocedure AS signature FROM pg_proc AS p WHERE p.pronamespace = 'ganira'::regnamespace
               AND p.proname IN ('record_messages', 'message_standing', 'ripe_receipts', 'forget_receipts') LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', one.signature);
        EXECUTE format('ALTER FUNCTION %s OWNER TO ganira_commit', one.signature);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO ganira_engine', one.signature);
    END LOOP;
END $$;
