-- The engine's tables, roles and the few functions through which lanes and wakers touch them.
--
-- Roles: ganira_owner owns the tables and is never used at run time; ganira_commit owns the SECURITY DEFINER functions; ganira_engine (lanes,
-- wakers) may only EXECUTE; ganira_app (API, questions, commands of flows) works under forced row-level security.

DO $$
DECLARE role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['ganira_owner', 'ganira_commit', 'ganira_engine', 'ganira_app'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN', role_name);
        END IF;
        IF NOT pg_has_role(current_user, role_name, 'MEMBER') THEN
            EXECUTE format('GRANT %I TO %I', role_name, current_user);
        END IF;
    END LOOP;
END $$;

CREATE SCHEMA IF NOT EXISTS ganira;
ALTER SCHEMA ganira OWNER TO ganira_owner;
GRANT USAGE ON SCHEMA ganira TO ganira_commit, ganira_engine, ganira_app;
GRANT CREATE ON SCHEMA ganira TO ganira_commit;
SET LOCAL search_path = ganira, public;

-- ---------------------------------------------------------------------------------------------------------------- who owns what

CREATE TABLE node (
    name text PRIMARY KEY,
    incarnation bigint NOT NULL,
    beat timestamptz NOT NULL,
    released boolean NOT NULL DEFAULT false
) WITH (fillfactor = 10);

-- One row per lane and incarnation, never reused: the fence of every commit.
CREATE TABLE writer (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    node text NOT NULL,
    incarnation bigint NOT NULL,
    lane smallint NOT NULL,
    alive boolean NOT NULL DEFAULT true,
    last_batch bigint NOT NULL DEFAULT 0,
    last_digest bytea
) WITH (fillfactor = 10);

CREATE TABLE shard (
    shard smallint PRIMARY KEY,
    writer_id bigint
);
INSERT INTO shard (shard) SELECT generate_series(0, 255);

-- ---------------------------------------------------------------------------------------------------------------- tenants

-- The key that the ring wraps for bytes that belong to nobody.
CREATE TABLE system_key (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    wrapped bytea NOT NULL
);

CREATE TABLE tenant (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 80),
    zone text NOT NULL,
    language text NOT NULL,
    flow text NOT NULL,
    wrapped_key bytea NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- A tenant's door to a channel. The credential is sealed by the tenant's key.
CREATE TABLE account (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id bigint NOT NULL REFERENCES tenant,
    channel text NOT NULL,
    external_id text NOT NULL,
    parent_id text NOT NULL,
    app text NOT NULL,
    credential bytea,
    stopped_reason text,
    UNIQUE (channel, external_id)
);
CREATE INDEX account_tenant ON account (tenant_id);

-- ---------------------------------------------------------------------------------------------------------------- people

CREATE SEQUENCE contact_id AS bigint;

-- Addresses are keyed hashes; the address itself is sealed by the tenant's key.
CREATE TABLE directory (
    tenant_id bigint NOT NULL,
    address_hash bytea NOT NULL,
    contact_id bigint NOT NULL,
    kind "char" NOT NULL,
    sealed bytea NOT NULL,
    PRIMARY KEY (tenant_id, address_hash)
);
CREATE INDEX directory_contact ON directory (tenant_id, contact_id);

CREATE TABLE contact_key (
    tenant_id bigint NOT NULL,
    contact_id bigint NOT NULL,
    wrapped bytea NOT NULL,
    PRIMARY KEY (tenant_id, contact_id)
);

-- No column that changes is indexed, and a page is less than half filled: even when all its rows take a turn in one batch, the new versions stay
-- on it. At 60 percent three updates in five of a busy page went elsewhere, with an index entry each.
CREATE TABLE conversation (
    tenant_id bigint NOT NULL,
    contact_id bigint NOT NULL,
    seq bigint NOT NULL DEFAULT 0,
    snapshot bytea NOT NULL DEFAULT '',
    PRIMARY KEY (tenant_id, contact_id)
) WITH (fillfactor = 45, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE conversation ALTER COLUMN snapshot SET STORAGE MAIN;

-- Every restore applies this list again.
CREATE TABLE erasure (
    tenant_id bigint NOT NULL,
    contact_id bigint NOT NULL,
    erased_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, contact_id)
);

-- ---------------------------------------------------------------------------------------------------------------- turns

CREATE TABLE journal (
    tenant_id bigint NOT NULL,
    event bytea NOT NULL,
    day date NOT NULL,
    contact_id bigint NOT NULL,
    seq bigint NOT NULL,
    account_id bigint NOT NULL,
    kind smallint NOT NULL,
    at timestamptz NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (tenant_id, event, day)
) PARTITION BY RANGE (day);
CREATE INDEX journal_thread ON journal (tenant_id, contact_id, seq);

CREATE TABLE outbox (
    tenant_id bigint NOT NULL,
    contact_id bigint NOT NULL,
    seq bigint NOT NULL,
    n smallint NOT NULL,
    day date NOT NULL,
    account_id bigint NOT NULL,
    writer_id bigint NOT NULL,
    batch_no bigint NOT NULL,
    place integer NOT NULL,
    at timestamptz NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (tenant_id, contact_id, seq, n, day)
) PARTITION BY RANGE (day);
CREATE INDEX outbox_queue ON outbox (account_id, writer_id, batch_no, place);

-- What became of a message: one row per outbox row, its rank only rises. It may be here before the outbox row's own sender knows.
-- attempt_state: 1 begun, 2 unknown, 3 will be tried again.
CREATE TABLE delivery (
    tenant_id bigint NOT NULL,
    contact_id bigint NOT NULL,
    seq bigint NOT NULL,
    n smallint NOT NULL,
    account_id bigint NOT NULL,
    attempt smallint NOT NULL DEFAULT 0,
    attempt_state smallint NOT NULL DEFAULT 0,
    rank smallint NOT NULL DEFAULT 0,
    message bytea,
    error_code bigint,
    price_category text,
    changed_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, contact_id, seq, n)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0);

-- Everything of an account's outbox up to and with this place has left.
CREATE TABLE outbox_cursor (
    account_id bigint NOT NULL,
    writer_id bigint NOT NULL,
    batch_no bigint NOT NULL,
    PRIMARY KEY (account_id, writer_id)
);

CREATE TABLE timer (
    shard smallint NOT NULL,
    due timestamptz NOT NULL,
    tenant_id bigint NOT NULL,
    contact_id bigint NOT NULL,
    PRIMARY KEY (shard, due, tenant_id, contact_id)
);

CREATE TABLE job (
    tenant_id bigint NOT NULL,
    contact_id bigint NOT NULL,
    seq bigint NOT NULL,
    n smallint NOT NULL,
    account_id bigint NOT NULL,
    kind text NOT NULL,
    at timestamptz NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (tenant_id, contact_id, seq, n)
);

-- Media fetched from a provider, sealed in the object store under `object`.
CREATE TABLE media (
    tenant_id bigint NOT NULL,
    contact_id bigint NOT NULL,
    seq bigint NOT NULL,
    n smallint NOT NULL,
    object text NOT NULL,
    mime text NOT NULL,
    bytes bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, contact_id, seq, n)
);

-- News about an account itself (quality, templates, calls, …), sealed by the system key.
CREATE TABLE notice (
    event bytea NOT NULL,
    day date NOT NULL,
    account_id bigint,
    field text NOT NULL,
    at timestamptz NOT NULL,
    body bytea NOT NULL,
    PRIMARY KEY (event, day)
);

CREATE TABLE dead_letter (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dedupe bytea NOT NULL UNIQUE,
    tenant_id bigint,
    contact_id bigint,
    account_id bigint,
    reason text NOT NULL,
    error text NOT NULL,
    at timestamptz NOT NULL,
    body bytea NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'replayed')),
    replays smallint NOT NULL DEFAULT 0
);
CREATE INDEX dead_letter_tenant ON dead_letter (tenant_id, id);

-- What people ask of the running engine from another process; it takes them through its one entrance.
CREATE TABLE request (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind text NOT NULL,
    arguments jsonb NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT now(),
    done_at timestamptz,
    answer text
);

-- ---------------------------------------------------------------------------------------------------------------- row-level security

ALTER TABLE tenant ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenant FORCE ROW LEVEL SECURITY;
CREATE POLICY app_own ON tenant TO ganira_app USING (id = (SELECT nullif(current_setting('app.tenant', true), '')::bigint));
CREATE POLICY commit_all ON tenant TO ganira_commit USING (true);
CREATE POLICY owner_all ON tenant TO ganira_owner USING (true);

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['account', 'directory', 'contact_key', 'conversation', 'erasure', 'journal', 'outbox', 'delivery', 'timer', 'job',
                                'media', 'dead_letter'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY app_own ON %I TO ganira_app USING (tenant_id = (SELECT nullif(current_setting(''app.tenant'', true), '''')::bigint))', name);
        EXECUTE format('CREATE POLICY commit_all ON %I TO ganira_commit USING (true)', name);
        EXECUTE format('CREATE POLICY owner_all ON %I TO ganira_owner USING (true)', name);
    END LOOP;
END $$;

GRANT SELECT ON tenant, account, conversation, journal, outbox, delivery, media, dead_letter TO ganira_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ganira TO ganira_commit;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA ganira TO ganira_commit;

-- ---------------------------------------------------------------------------------------------------------------- partitions

-- Builds the days from `p_from` to `p_until` that are not there yet: made aside and attached, so that no reader is stalled.
CREATE FUNCTION ensure_days(p_from date, p_until date) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
DECLARE
    parent text;
    one date;
    child text;
    made integer := 0;
BEGIN
    FOREACH parent IN ARRAY ARRAY['journal', 'outbox'] LOOP
        FOR one IN SELECT generate_series(p_from, p_until, interval '1 day')::date LOOP
            child := parent || '_' || to_char(one, 'YYYYMMDD');
            CONTINUE WHEN to_regclass('ganira.' || child) IS NOT NULL;
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING INDEXES INCLUDING STORAGE)', child, parent);
            EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I CHECK (day >= %L AND day < %L)', child, child || '_day', one, one + 1);
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, child, one, one + 1);
            made := made + 1;
        END LOOP;
    END LOOP;
    RETURN made;
END $$;

-- How many days ahead of today both partitioned tables reach.
CREATE FUNCTION days_ahead() RETURNS integer
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    SELECT coalesce(min(ahead), 0)::integer FROM (
        SELECT max(to_date(right(child.relname, 8), 'YYYYMMDD')) - (now() AT TIME ZONE 'UTC')::date AS ahead
        FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid JOIN pg_class parent ON parent.oid = inhparent
        JOIN pg_namespace ON pg_namespace.oid = parent.relnamespace
        WHERE nspname = 'ganira' AND parent.relname IN ('journal', 'outbox') AND parent.relkind = 'p' GROUP BY parent.relname) AS each_table
$$;

-- ---------------------------------------------------------------------------------------------------------------- nodes and writers

-- Takes the engine over for `p_node`: marks every other writer dead (waiting for its batch in flight), then registers one writer a lane.
-- Returns nothing when a stranger's heartbeat is fresh: then this node stands by.
CREATE FUNCTION register(p_node text, p_lanes smallint, p_stale_ms integer)
RETURNS TABLE (incarnation bigint, lane smallint, writer_id bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
#variable_conflict use_column
DECLARE v_incarnation bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('ganira.register'));
    IF EXISTS (SELECT FROM node WHERE name <> p_node AND NOT released AND beat > clock_timestamp() - make_interval(secs => p_stale_ms / 1000.0)) THEN
        RETURN;
    END IF;
    UPDATE writer SET alive = false WHERE alive;
    INSERT INTO node AS n (name, incarnation, beat) VALUES (p_node, 1, clock_timestamp())
        ON CONFLICT (name) DO UPDATE SET incarnation = n.incarnation + 1, beat = clock_timestamp(), released = false
        RETURNING n.incarnation INTO v_incarnation;
    RETURN QUERY
        INSERT INTO writer (node, incarnation, lane)
        SELECT p_node, v_incarnation, l::smallint FROM generate_series(0, p_lanes - 1) AS l
        RETURNING writer.incarnation, writer.lane, writer.id;
    UPDATE shard SET writer_id = w.id FROM writer AS w
        WHERE w.node = p_node AND w.incarnation = v_incarnation AND w.lane = 1 + shard.shard % greatest(p_lanes - 1, 1);
END $$;

-- Says that the node lives. False when it was fenced meanwhile.
CREATE FUNCTION heartbeat(p_node text, p_incarnation bigint) RETURNS boolean
LANGUAGE sql SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    UPDATE node SET beat = clock_timestamp() WHERE name = p_node AND incarnation = p_incarnation AND NOT released;
    SELECT EXISTS (SELECT FROM writer WHERE node = p_node AND incarnation = p_incarnation AND alive);
$$;

-- Gives the writers back at a clean stop, so that a standby need not wait.
CREATE FUNCTION release(p_node text, p_incarnation bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    UPDATE writer SET alive = false WHERE node = p_node AND incarnation = p_incarnation;
    UPDATE node SET released = true WHERE name = p_node AND incarnation = p_incarnation;
$$;

-- The fence: 'go' once for each number, 'already' when this very content was applied, otherwise an error GN001.
CREATE FUNCTION fence(p_writer bigint, p_batch bigint, p_digest bytea) RETURNS boolean
LANGUAGE plpgsql SET search_path = ganira, pg_temp AS $$
DECLARE v_batch bigint; v_digest bytea;
BEGIN
    UPDATE writer SET last_batch = p_batch, last_digest = p_digest WHERE id = p_writer AND alive AND last_batch = p_batch - 1;
    IF FOUND THEN
        RETURN true;
    END IF;
    SELECT last_batch, last_digest INTO v_batch, v_digest FROM writer WHERE id = p_writer;
    IF v_batch = p_batch AND v_digest = p_digest THEN
        RETURN false;
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'GN001', MESSAGE = format('writer %s is fenced at batch %s', p_writer, p_batch);
END $$;

-- ---------------------------------------------------------------------------------------------------------------- the commit

-- One commit for many turns of different conversations. Arrays p_* have one element a turn; the others point to their turn (from 1).
-- Returns false when this batch had been applied before. Every turn is written whole or the batch not at all.
CREATE FUNCTION commit_batch(
    p_writer bigint, p_batch bigint, p_digest bytea,
    p_tenant bigint[], p_contact bigint[], p_seq bigint[], p_snapshot bytea[],
    p_event bytea[], p_day date[], p_account bigint[], p_kind smallint[], p_at timestamptz[], p_body bytea[],
    o_turn integer[], o_n smallint[], o_account bigint[], o_body bytea[], o_day date,
    t_turn integer[], t_shard smallint[], t_due timestamptz[],
    d_turn integer[], d_shard smallint[], d_due timestamptz[], d_fired boolean[],
    j_turn integer[], j_n smallint[], j_kind text[], j_body bytea[],
    k_turn integer[], k_seq bigint[], k_n smallint[],
    e_turn integer[], e_kind text[], e_args jsonb[]
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
DECLARE
    v_rows integer;
    v_kind text;
    v_wanted integer;
BEGIN
    IF NOT fence(p_writer, p_batch, p_digest) THEN
        RETURN false;
    END IF;
    PERFORM set_config('lock_timeout', '500ms', true);

    INSERT INTO journal (tenant_id, event, day, contact_id, seq, account_id, kind, at, body)
        SELECT t.tenant, t.event, t.day, t.contact, t.seq + 1, t.account, t.kind, t.at, t.body
        FROM unnest(p_tenant, p_event, p_day, p_contact, p_seq, p_account, p_kind, p_at, p_body)
            AS t (tenant, event, day, contact, seq, account, kind, at, body);

    UPDATE conversation AS c SET seq = t.seq + 1, snapshot = t.snapshot
        FROM unnest(p_tenant, p_contact, p_seq, p_snapshot) AS t (tenant, contact, seq, snapshot)
        WHERE c.tenant_id = t.tenant AND c.contact_id = t.contact AND c.seq = t.seq;
    GET DIAGNOSTICS v_rows = ROW_COUNT;
    IF v_rows <> cardinality(p_tenant) THEN
        RAISE EXCEPTION USING ERRCODE = 'GN002', MESSAGE = format('%s of %s turns are stale', cardinality(p_tenant) - v_rows, cardinality(p_tenant));
    END IF;

    IF cardinality(o_turn) > 0 THEN
        INSERT INTO outbox (tenant_id, contact_id, seq, n, day, account_id, writer_id, batch_no, place, at, body)
            SELECT p_tenant[o.turn], p_contact[o.turn], p_seq[o.turn] + 1, o.n, o_day, o.account, p_writer, p_batch, o.place, p_at[o.turn], o.body
            FROM unnest(o_turn, o_n, o_account, o_body) WITH ORDINALITY AS o (turn, n, account, body, place);
    END IF;

    IF cardinality(d_turn) > 0 THEN
        WITH gone AS (
            DELETE FROM timer AS x USING unnest(d_turn, d_shard, d_due, d_fired) AS d (turn, shard, due, fired)
            WHERE x.shard = d.shard AND x.due = d.due AND x.tenant_id = p_tenant[d.turn] AND x.contact_id = p_contact[d.turn]
            RETURNING d.fired)
        SELECT count(*) INTO v_rows FROM gone WHERE fired;
        SELECT count(*) INTO v_wanted FROM unnest(d_fired) AS f WHERE f;
        IF v_rows <> v_wanted THEN
            RAISE EXCEPTION USING ERRCODE = 'GN003', MESSAGE = 'a fired timer is gone';
        END IF;
    END IF;
    IF cardinality(t_turn) > 0 THEN
        INSERT INTO timer (shard, due, tenant_id, contact_id)
            SELECT t.shard, t.due, p_tenant[t.turn], p_contact[t.turn] FROM unnest(t_turn, t_shard, t_due) AS t (turn, shard, due)
            ON CONFLICT DO NOTHING;
    END IF;

    IF cardinality(k_turn) > 0 THEN
        DELETE FROM job AS x USING unnest(k_turn, k_seq, k_n) AS k (turn, seq, n)
            WHERE x.tenant_id = p_tenant[k.turn] AND x.contact_id = p_contact[k.turn] AND x.seq = k.seq AND x.n = k.n;
        GET DIAGNOSTICS v_rows = ROW_COUNT;
        IF v_rows <> cardinality(k_turn) THEN
            RAISE EXCEPTION USING ERRCODE = 'GN003', MESSAGE = 'a finished job is gone';
        END IF;
    END IF;
    IF cardinality(j_turn) > 0 THEN
        INSERT INTO job (tenant_id, contact_id, seq, n, account_id, kind, at, body)
            SELECT p_tenant[j.turn], p_contact[j.turn], p_seq[j.turn] + 1, j.n, p_account[j.turn], j.kind, p_at[j.turn], j.body
            FROM unnest(j_turn, j_n, j_kind, j_body) AS j (turn, n, kind, body);
    END IF;

    IF cardinality(e_turn) > 0 THEN
        FOR v_kind, v_wanted IN SELECT e, count(*) FROM unnest(e_kind) AS e GROUP BY e ORDER BY e LOOP
            EXECUTE format(
                'SELECT %I(array_agg(e.place::integer), array_agg(($1)[e.turn]), array_agg(($2)[e.turn]), array_agg(e.args))
                 FROM unnest($3, $4, $5) WITH ORDINALITY AS e (turn, kind, args, place) WHERE e.kind = %L', 'effect_' || v_kind, v_kind)
                INTO v_rows USING p_tenant, p_contact, e_turn, e_kind, e_args;
            IF v_rows <> v_wanted THEN
                RAISE EXCEPTION USING ERRCODE = 'GN004', MESSAGE = format('%s of %s effects %s are refused', v_wanted - v_rows, v_wanted, v_kind);
            END IF;
        END LOOP;
    END IF;
    RETURN true;
END $$;

-- Who is to blame for an aborted batch; reads only. verdict: journaled | stale | gone (timer or job) | refused (then `effect` counts the
-- batch's effects from 1 and `outcome` is the true one).
CREATE FUNCTION inspect_batch(
    p_tenant bigint[], p_contact bigint[], p_seq bigint[], p_event bytea[], p_day date[],
    d_turn integer[], d_shard smallint[], d_due timestamptz[], d_fired boolean[],
    k_turn integer[], k_seq bigint[], k_n smallint[],
    e_turn integer[], e_kind text[], e_args jsonb[]
) RETURNS TABLE (turn integer, verdict text, effect integer, outcome text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
#variable_conflict use_column
DECLARE v_kind text;
BEGIN
    RETURN QUERY SELECT t.turn::integer, 'journaled', 0, ''
        FROM unnest(p_tenant, p_event, p_day) WITH ORDINALITY AS t (tenant, event, day, turn)
        JOIN journal AS j ON j.tenant_id = t.tenant AND j.event = t.event AND j.day = t.day;
    RETURN QUERY SELECT t.turn::integer, 'stale', 0, ''
        FROM unnest(p_tenant, p_contact, p_seq) WITH ORDINALITY AS t (tenant, contact, seq, turn)
        WHERE NOT EXISTS (SELECT FROM conversation AS c WHERE c.tenant_id = t.tenant AND c.contact_id = t.contact AND c.seq = t.seq);
    RETURN QUERY SELECT d.turn, 'gone', 0, ''
        FROM unnest(d_turn, d_shard, d_due, d_fired) AS d (turn, shard, due, fired)
        WHERE d.fired AND NOT EXISTS (SELECT FROM timer AS x WHERE x.shard = d.shard AND x.due = d.due
            AND x.tenant_id = p_tenant[d.turn] AND x.contact_id = p_contact[d.turn]);
    RETURN QUERY SELECT k.turn, 'gone', 0, ''
        FROM unnest(k_turn, k_seq, k_n) AS k (turn, seq, n)
        WHERE NOT EXISTS (SELECT FROM job AS x WHERE x.tenant_id = p_tenant[k.turn] AND x.contact_id = p_contact[k.turn]
            AND x.seq = k.seq AND x.n = k.n);
    FOR v_kind IN SELECT DISTINCT e FROM unnest(e_kind) AS e LOOP
        RETURN QUERY EXECUTE format(
            'SELECT ($3)[i.place], ''refused'', i.place, i.outcome FROM (
                SELECT array_agg(e.place::integer) AS place, array_agg(($1)[e.turn]) AS tenant, array_agg(($2)[e.turn]) AS contact, array_agg(e.args) AS args
                FROM unnest($3, $4, $5) WITH ORDINALITY AS e (turn, kind, args, place) WHERE e.kind = %L) AS a,
                LATERAL %I(a.place, a.tenant, a.contact, a.args) AS i', v_kind, 'inspect_' || v_kind)
            USING p_tenant, p_contact, e_turn, e_kind, e_args;
    END LOOP;
END $$;

-- Attempts, outcomes and receipts: the facts lane. Each message stands once in a batch. Notices about accounts travel along.
CREATE FUNCTION record_facts(
    p_writer bigint, p_batch bigint, p_digest bytea,
    f_tenant bigint[], f_contact bigint[], f_seq bigint[], f_n smallint[], f_account bigint[],
    f_attempt smallint[], f_attempt_state smallint[], f_rank smallint[], f_message bytea[], f_error bigint[], f_price text[], f_at timestamptz[],
    n_event bytea[], n_day date[], n_account bigint[], n_field text[], n_at timestamptz[], n_body bytea[]
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
BEGIN
    IF NOT fence(p_writer, p_batch, p_digest) THEN
        RETURN false;
    END IF;
    INSERT INTO delivery AS d (tenant_id, contact_id, seq, n, account_id, attempt, attempt_state, rank, message, error_code, price_category, changed_at)
        SELECT f.* FROM unnest(f_tenant, f_contact, f_seq, f_n, f_account, f_attempt, f_attempt_state, f_rank, f_message, f_error, f_price, f_at)
            AS f (tenant, contact, seq, n, account, attempt, attempt_state, rank, message, error, price, at)
        -- News of a message to somebody who was erased meanwhile leaves no trace.
        WHERE EXISTS (SELECT FROM contact_key AS k WHERE k.tenant_id = f.tenant AND k.contact_id = f.contact)
        ON CONFLICT (tenant_id, contact_id, seq, n) DO UPDATE SET
            attempt = greatest(d.attempt, excluded.attempt),
            attempt_state = CASE WHEN excluded.attempt > d.attempt THEN excluded.attempt_state
                                 WHEN excluded.attempt = d.attempt THEN greatest(d.attempt_state, excluded.attempt_state)
                                 ELSE d.attempt_state END,
            rank = greatest(d.rank, excluded.rank),
            message = coalesce(d.message, excluded.message),
            error_code = coalesce(d.error_code, excluded.error_code),
            price_category = coalesce(d.price_category, excluded.price_category),
            changed_at = greatest(d.changed_at, excluded.changed_at);
    IF cardinality(n_event) > 0 THEN
        INSERT INTO notice (event, day, account_id, field, at, body)
            SELECT * FROM unnest(n_event, n_day, n_account, n_field, n_at, n_body) ON CONFLICT DO NOTHING;
    END IF;
    RETURN true;
END $$;

-- ---------------------------------------------------------------------------------------------------------------- directory

-- Finds the contact of each sender, or gives birth to contact, key, addresses and conversation together.
-- Both hashes in one call are a proof that they belong together (they stood in one signed entry). Rules:
--   a known scoped id wins, and takes the phone along;
--   a known phone joins a scoped id only if that contact has none yet; with another scoped id the number was recycled: a new contact.
CREATE FUNCTION resolve_senders(
    p_tenant bigint[], p_scoped bytea[], p_phone bytea[], p_scoped_sealed bytea[], p_phone_sealed bytea[], p_wrapped bytea[]
) RETURNS TABLE (ask integer, contact_id bigint, born boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
#variable_conflict use_column
DECLARE
    i integer;
    v_by_scoped bigint;
    v_by_phone bigint;
    v_contact bigint;
    v_born boolean;
BEGIN
    -- In the order of the hashes, so that two nodes never wait for each other in a ring.
    FOR i IN SELECT u.ask FROM unnest(p_tenant, p_scoped, p_phone) WITH ORDINALITY AS u (tenant, scoped, phone, ask)
             ORDER BY u.tenant, coalesce(u.scoped, u.phone), u.phone LOOP
        PERFORM pg_advisory_xact_lock(hashtextextended(p_tenant[i]::text || encode(h, 'hex'), 7))
            FROM unnest(ARRAY[p_scoped[i], p_phone[i]]) AS h WHERE h IS NOT NULL ORDER BY h;
        v_by_scoped := (SELECT d.contact_id FROM directory AS d WHERE d.tenant_id = p_tenant[i] AND d.address_hash = p_scoped[i]);
        v_by_phone := (SELECT d.contact_id FROM directory AS d WHERE d.tenant_id = p_tenant[i] AND d.address_hash = p_phone[i]);
        v_born := false;
        IF v_by_scoped IS NOT NULL THEN
            v_contact := v_by_scoped;
        ELSIF v_by_phone IS NOT NULL AND (p_scoped[i] IS NULL OR NOT EXISTS (
                SELECT FROM directory AS d WHERE d.tenant_id = p_tenant[i] AND d.contact_id = v_by_phone AND d.kind = 'w')) THEN
            v_contact := v_by_phone;
        ELSE
            v_contact := nextval('contact_id');
            v_born := true;
            INSERT INTO contact_key (tenant_id, contact_id, wrapped) VALUES (p_tenant[i], v_contact, p_wrapped[i]);
            INSERT INTO conversation (tenant_id, contact_id) VALUES (p_tenant[i], v_contact);
        END IF;
        IF p_scoped[i] IS NOT NULL AND v_by_scoped IS NULL THEN
            INSERT INTO directory (tenant_id, address_hash, contact_id, kind, sealed)
                VALUES (p_tenant[i], p_scoped[i], v_contact, 'w', p_scoped_sealed[i]) ON CONFLICT DO NOTHING;
        END IF;
        IF p_phone[i] IS NOT NULL AND v_by_phone IS DISTINCT FROM v_contact THEN
            INSERT INTO directory (tenant_id, address_hash, contact_id, kind, sealed)
                VALUES (p_tenant[i], p_phone[i], v_contact, 'p', p_phone_sealed[i])
                ON CONFLICT (tenant_id, address_hash) DO UPDATE SET contact_id = excluded.contact_id, sealed = excluded.sealed;
        END IF;
        ask := i; contact_id := v_contact; born := v_born;
        RETURN NEXT;
    END LOOP;
END $$;

-- Those already known, all at once and without a lock: the usual case. A row comes only where nothing has to change.
CREATE FUNCTION find_senders(p_tenant bigint[], p_scoped bytea[], p_phone bytea[])
RETURNS TABLE (ask integer, contact_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    SELECT u.ask::integer, coalesce(s.contact_id, p.contact_id)
    FROM unnest(p_tenant, p_scoped, p_phone) WITH ORDINALITY AS u (tenant, scoped, phone, ask)
    LEFT JOIN directory AS s ON s.tenant_id = u.tenant AND s.address_hash = u.scoped
    LEFT JOIN directory AS p ON p.tenant_id = u.tenant AND p.address_hash = u.phone
    WHERE (u.scoped IS NULL OR s.contact_id IS NOT NULL) AND (u.phone IS NULL OR p.contact_id IS NOT NULL)
      AND (u.scoped IS NULL OR u.phone IS NULL OR s.contact_id = p.contact_id)
$$;

-- A signed change of number or id: the new addresses lead to the contact of the old ones. Returns it, if the old ones are known.
CREATE FUNCTION move_addresses(p_tenant bigint, p_before bytea[], p_now bytea[], p_kind text[], p_sealed bytea[]) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
DECLARE v_contact bigint;
BEGIN
    SELECT d.contact_id INTO v_contact FROM unnest(p_before) WITH ORDINALITY AS b (hash, rank)
        JOIN directory AS d ON d.tenant_id = p_tenant AND d.address_hash = b.hash ORDER BY b.rank LIMIT 1;
    IF v_contact IS NULL THEN
        RETURN NULL;
    END IF;
    DELETE FROM directory WHERE tenant_id = p_tenant AND contact_id = v_contact AND address_hash = ANY (p_before) AND NOT address_hash = ANY (p_now);
    INSERT INTO directory (tenant_id, address_hash, contact_id, kind, sealed)
        SELECT p_tenant, n.hash, v_contact, n.kind::"char", n.sealed FROM unnest(p_now, p_kind, p_sealed) AS n (hash, kind, sealed)
        ON CONFLICT (tenant_id, address_hash) DO UPDATE SET contact_id = excluded.contact_id, sealed = excluded.sealed;
    RETURN v_contact;
END $$;

-- ---------------------------------------------------------------------------------------------------------------- reading

CREATE FUNCTION load_conversations(p_tenant bigint[], p_contact bigint[])
RETURNS TABLE (tenant_id bigint, contact_id bigint, seq bigint, snapshot bytea, wrapped bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    SELECT c.tenant_id, c.contact_id, c.seq, c.snapshot, k.wrapped
    FROM unnest(p_tenant, p_contact) AS u (tenant, contact)
    JOIN conversation AS c ON c.tenant_id = u.tenant AND c.contact_id = u.contact
    LEFT JOIN contact_key AS k ON k.tenant_id = u.tenant AND k.contact_id = u.contact
$$;

CREATE FUNCTION journaled(p_tenant bigint, p_event bytea, p_days date[]) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    SELECT EXISTS (SELECT FROM journal WHERE tenant_id = p_tenant AND event = p_event AND day = ANY (p_days))
$$;

CREATE FUNCTION due_timers(p_until timestamptz, p_limit integer)
RETURNS TABLE (due timestamptz, tenant_id bigint, contact_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    SELECT t.due, t.tenant_id, t.contact_id FROM generate_series(0, 255) AS s (shard)
    CROSS JOIN LATERAL (
        SELECT due, tenant_id, contact_id FROM timer WHERE timer.shard = s.shard AND timer.due <= p_until ORDER BY timer.due LIMIT p_limit) AS t
    ORDER BY t.due LIMIT p_limit
$$;

CREATE FUNCTION open_jobs(p_limit integer)
RETURNS TABLE (tenant_id bigint, contact_id bigint, seq bigint, n smallint, account_id bigint, kind text, at timestamptz, body bytea, wrapped bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    SELECT j.tenant_id, j.contact_id, j.seq, j.n, j.account_id, j.kind, j.at, j.body, k.wrapped
    FROM job AS j JOIN contact_key AS k ON k.tenant_id = j.tenant_id AND k.contact_id = j.contact_id LIMIT p_limit
$$;

-- The next open rows of an account's outbox in table order, behind (writer, batch, place). The key comes along: the reader is a dispatcher.
CREATE FUNCTION open_outbox(p_account bigint, p_writer bigint, p_batch bigint, p_place integer, p_limit integer)
RETURNS TABLE (tenant_id bigint, contact_id bigint, seq bigint, n smallint, writer_id bigint, batch_no bigint, place integer, at timestamptz, body bytea,
               wrapped bytea, rank smallint, attempt smallint, attempt_state smallint, changed_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    SELECT o.tenant_id, o.contact_id, o.seq, o.n, o.writer_id, o.batch_no, o.place, o.at, o.body, k.wrapped,
           coalesce(d.rank, 0::smallint), coalesce(d.attempt, 0::smallint), coalesce(d.attempt_state, 0::smallint), d.changed_at
    FROM (SELECT * FROM outbox WHERE account_id = p_account AND (writer_id, batch_no, place) > (p_writer, p_batch, p_place)
          ORDER BY writer_id, batch_no, place LIMIT p_limit) AS o
    LEFT JOIN delivery AS d ON d.tenant_id = o.tenant_id AND d.contact_id = o.contact_id AND d.seq = o.seq AND d.n = o.n
    LEFT JOIN contact_key AS k ON k.tenant_id = o.tenant_id AND k.contact_id = o.contact_id
    ORDER BY o.writer_id, o.batch_no, o.place
$$;

CREATE FUNCTION outbox_cursors(p_account bigint) RETURNS TABLE (writer_id bigint, batch_no bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    SELECT writer_id, batch_no FROM outbox_cursor WHERE account_id = p_account
$$;

CREATE FUNCTION save_cursor(p_account bigint, p_writer bigint, p_batch bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    INSERT INTO outbox_cursor AS c (account_id, writer_id, batch_no) VALUES (p_account, p_writer, p_batch)
        ON CONFLICT (account_id, writer_id) DO UPDATE SET batch_no = greatest(c.batch_no, excluded.batch_no)
$$;

-- The system key, as the ring wraps it: the one that is there, else `p_fresh`.
CREATE FUNCTION system_key(p_fresh bytea) RETURNS bytea
LANGUAGE sql SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    INSERT INTO system_key (wrapped) VALUES (p_fresh) ON CONFLICT DO NOTHING;
    SELECT wrapped FROM system_key
$$;

CREATE FUNCTION accounts()
RETURNS TABLE (id bigint, tenant_id bigint, channel text, external_id text, parent_id text, app text, credential bytea, stopped_reason text,
               zone text, language text, flow text, wrapped_key bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    SELECT a.id, a.tenant_id, a.channel, a.external_id, a.parent_id, a.app, a.credential, a.stopped_reason, t.zone, t.language, t.flow, t.wrapped_key
    FROM account AS a JOIN tenant AS t ON t.id = a.tenant_id
$$;

CREATE FUNCTION stop_account(p_account bigint, p_reason text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    UPDATE account SET stopped_reason = p_reason WHERE id = p_account
$$;

-- ---------------------------------------------------------------------------------------------------------------- dead letters, requests

CREATE FUNCTION bury(p_dedupe bytea[], p_tenant bigint[], p_contact bigint[], p_account bigint[], p_reason text[], p_error text[],
                     p_at timestamptz[], p_body bytea[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    INSERT INTO dead_letter (dedupe, tenant_id, contact_id, account_id, reason, error, at, body)
        SELECT * FROM unnest(p_dedupe, p_tenant, p_contact, p_account, p_reason, p_error, p_at, p_body) ON CONFLICT (dedupe) DO NOTHING
$$;

CREATE FUNCTION open_requests(p_limit integer) RETURNS TABLE (id bigint, kind text, arguments jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    SELECT id, kind, arguments FROM request WHERE done_at IS NULL ORDER BY id LIMIT p_limit
$$;

CREATE FUNCTION answer_request(p_id bigint, p_answer text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    UPDATE request SET done_at = now(), answer = p_answer WHERE id = p_id
$$;

CREATE FUNCTION dead_letter_for_replay(p_id bigint)
RETURNS TABLE (dedupe bytea, tenant_id bigint, account_id bigint, body bytea, replays smallint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    SELECT dedupe, tenant_id, account_id, body, replays FROM dead_letter WHERE id = p_id
$$;

CREATE FUNCTION mark_replayed(p_id bigint) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    UPDATE dead_letter SET state = 'replayed', replays = replays + 1 WHERE id = p_id
$$;

CREATE FUNCTION old_media(p_days integer, p_limit integer) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    SELECT object FROM media WHERE at < now() - make_interval(days => p_days) LIMIT p_limit
$$;

CREATE FUNCTION forget_media(p_objects text[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    DELETE FROM media WHERE object = ANY (p_objects)
$$;

-- ---------------------------------------------------------------------------------------------------------------- guarded effects of the engine

-- Media that a job fetched: never refused.
CREATE FUNCTION effect_media_stored(p_place integer[], p_tenant bigint[], p_contact bigint[], p_args jsonb[]) RETURNS integer
LANGUAGE plpgsql SET search_path = ganira, pg_temp AS $$
BEGIN
    INSERT INTO media (tenant_id, contact_id, seq, n, object, mime, bytes)
        SELECT u.tenant, u.contact, (u.args->>'seq')::bigint, (u.args->>'n')::smallint, u.args->>'object', u.args->>'mime', (u.args->>'bytes')::bigint
        FROM unnest(p_tenant, p_contact, p_args) AS u (tenant, contact, args) ON CONFLICT DO NOTHING;
    RETURN cardinality(p_place);
END $$;
CREATE FUNCTION inspect_media_stored(p_place integer[], p_tenant bigint[], p_contact bigint[], p_args jsonb[])
RETURNS TABLE (place integer, outcome text)
LANGUAGE sql STABLE SET search_path = ganira, pg_temp AS $$ SELECT 0, '' WHERE false $$;

-- Erases a person, as the last part of the turn that was told to: addresses, unsent rows, timers, jobs and the key without which nothing sealed
-- for her can be read. The list is applied again after every restore.
CREATE FUNCTION effect_erase_person(p_place integer[], p_tenant bigint[], p_contact bigint[], p_args jsonb[]) RETURNS integer
LANGUAGE plpgsql SET search_path = ganira, pg_temp AS $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['directory', 'timer', 'job', 'outbox', 'delivery', 'media', 'dead_letter', 'contact_key'] LOOP
        EXECUTE format('DELETE FROM %I AS x USING unnest($1, $2) AS u (tenant, contact) WHERE x.tenant_id = u.tenant AND x.contact_id = u.contact', name)
            USING p_tenant, p_contact;
    END LOOP;
    UPDATE conversation AS c SET snapshot = '' FROM unnest(p_tenant, p_contact) AS u (tenant, contact)
        WHERE c.tenant_id = u.tenant AND c.contact_id = u.contact;
    INSERT INTO erasure (tenant_id, contact_id) SELECT * FROM unnest(p_tenant, p_contact) ON CONFLICT DO NOTHING;
    RETURN cardinality(p_place);
END $$;
CREATE FUNCTION inspect_erase_person(p_place integer[], p_tenant bigint[], p_contact bigint[], p_args jsonb[])
RETURNS TABLE (place integer, outcome text)
LANGUAGE sql STABLE SET search_path = ganira, pg_temp AS $$ SELECT 0, '' WHERE false $$;

-- ---------------------------------------------------------------------------------------------------------------- who may do what

DO $$
DECLARE one record;
BEGIN
    FOR one IN SELECT p.oid::regprocedure AS signature, p.proname FROM pg_proc AS p WHERE p.pronamespace = 'ganira'::regnamespace LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', one.signature);
        IF one.proname = 'ensure_days' THEN
            EXECUTE format('ALTER FUNCTION %s OWNER TO ganira_owner', one.signature);
        ELSE
            EXECUTE format('ALTER FUNCTION %s OWNER TO ganira_commit', one.signature);
        END IF;
        IF one.proname NOT LIKE 'effect\_%' AND one.proname NOT LIKE 'inspect\_%' AND one.proname <> 'fence' OR one.proname = 'inspect_batch' THEN
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO ganira_engine', one.signature);
        END IF;
    END LOOP;
    FOR one IN SELECT c.oid::regclass AS name, c.relkind FROM pg_class AS c WHERE c.relnamespace = 'ganira'::regnamespace AND c.relkind IN ('r', 'p') LOOP
        EXECUTE format('ALTER TABLE %s OWNER TO ganira_owner', one.name);
    END LOOP;
    ALTER SEQUENCE contact_id OWNER TO ganira_owner;
END $$;

SELECT ensure_days((now() AT TIME ZONE 'UTC')::date - 8, (now() AT TIME ZONE 'UTC')::date + 7);
