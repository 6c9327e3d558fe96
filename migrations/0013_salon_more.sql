-- More of the salon: moving a visit, where the salon is, what people think of a visit, and what they allow.
--
-- Only adds, so that the release before this one runs on: every new column may be empty, and every row it writes is still allowed.

ALTER TABLE ganira.salon
    ADD COLUMN address text CHECK (char_length(address) BETWEEN 1 AND 160),
    -- A link that shows the way.
    ADD COLUMN map_url text CHECK (char_length(map_url) <= 200 AND map_url ~ '^https://');

ALTER TABLE ganira.visit
    DROP CONSTRAINT visit_state_check,
    ADD CONSTRAINT visit_state_check CHECK (state IN ('booked', 'moved', 'cancelled', 'done')),
    -- The visit that this one took the place of; that one's state is 'moved'.
    ADD COLUMN replaces uuid,
    -- The visit for whose row the name is sealed, where it came along from an earlier one. Empty: its own.
    ADD COLUMN name_row uuid;

-- A visit is moved once.
CREATE UNIQUE INDEX visit_replaces ON ganira.visit (tenant_id, replaces) WHERE replaces IS NOT NULL;

-- What a person thinks of a visit, or of the salon. A visit's row has the visit's id, so that her later word replaces the earlier.
CREATE TABLE ganira.feedback (
    tenant_id bigint NOT NULL,
    id uuid NOT NULL,
    contact_id bigint NOT NULL,
    visit_id uuid CHECK (visit_id = id),
    stars smallint NOT NULL CHECK (stars BETWEEN 1 AND 5),
    -- Her words, sealed with her own key for this row.
    words_sealed bytea,
    at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE INDEX feedback_contact ON ganira.feedback (tenant_id, contact_id);

-- What a person allowed or forbade, and when: the latest of a purpose counts. A purpose is a word of the flow, never the person's.
CREATE TABLE ganira.consent (
    tenant_id bigint NOT NULL,
    contact_id bigint NOT NULL,
    purpose text NOT NULL CHECK (purpose ~ '^[a-z][a-z0-9_.]{0,39}$'),
    given boolean NOT NULL,
    -- The door by which she said so, where the flow told it.
    channel text CHECK (char_length(channel) BETWEEN 1 AND 20),
    at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, contact_id, purpose, at)
);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['feedback', 'consent'] LOOP
        EXECUTE format('ALTER TABLE ganira.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE ganira.%I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY app_own ON ganira.%I TO ganira_app USING (tenant_id = (SELECT nullif(current_setting(''app.tenant'', true), '''')::bigint))', name);
        EXECUTE format('CREATE POLICY owner_all ON ganira.%I TO ganira_owner USING (true)', name);
        EXECUTE format('CREATE POLICY commit_all ON ganira.%I TO ganira_commit USING (true)', name);
        EXECUTE format('GRANT SELECT ON ganira.%I TO ganira_app', name);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ganira.%I TO ganira_commit', name);
    END LOOP;
END
$$;

-- move_visit: the contact's own unexpired hold becomes a visit in the place of one that is booked, whose time is free again.
-- Arguments: {visit, at} as of cancel_visit and those of book_visit; without a name the earlier one comes along.
CREATE FUNCTION ganira.effect_move_visit(p_place int[], p_tenant bigint[], p_contact bigint[], p_args jsonb[]) RETURNS int
LANGUAGE plpgsql SET search_path = ganira, pg_temp AS $$
DECLARE
    v_done int;
BEGIN
    WITH asked AS (
        SELECT a.place, a.tenant_id, a.contact_id, a.args, (a.args ->> 'hold')::uuid AS hold, (a.args ->> 'visit')::uuid AS visit
        FROM unnest(p_place, p_tenant, p_contact, p_args) AS a (place, tenant_id, contact_id, args)
    ), ready AS (
        -- Both guards at once, and both rows locked, before anything is written: what is seen here stays true.
        SELECT a.place, a.tenant_id, a.contact_id, a.args, a.hold, a.visit, v.name_sealed, coalesce(v.name_row, v.id) AS name_row
        FROM asked a
        JOIN visit v ON v.tenant_id = a.tenant_id AND v.id = a.visit AND v.contact_id = a.contact_id
        JOIN occupancy o ON o.tenant_id = a.tenant_id AND o.owner = a.hold AND o.contact_id = a.contact_id
        WHERE v.state = 'booked' AND (a.args ->> 'at')::timestamptz <= v.cancel_until
          AND o.kind = 'hold' AND o.expires_at > now()
        FOR UPDATE OF v, o
    ), moved AS (
        UPDATE visit v SET state = 'moved'
        FROM ready r
        WHERE v.tenant_id = r.tenant_id AND v.id = r.visit
        RETURNING r.place
    ), freed AS (
        DELETE FROM occupancy o USING ready r
        WHERE o.tenant_id = r.tenant_id AND o.owner = r.visit
    ), flipped AS (
        UPDATE occupancy o SET kind = 'booking', expires_at = NULL
        FROM ready r
        WHERE o.tenant_id = r.tenant_id AND o.owner = r.hold AND r.place IN (SELECT m.place FROM moved m)
    ), written AS (
        INSERT INTO visit (tenant_id, id, contact_id, service_id, staff_id, starts_at, ends_at, price_minor, currency, name_sealed, name_row,
                           cancel_until, replaces)
        SELECT DISTINCT ON (r.place)
               r.tenant_id, r.hold, r.contact_id, (r.args ->> 'service')::bigint, (r.args ->> 'staff')::bigint,
               (r.args ->> 'starts_at')::timestamptz, (r.args ->> 'ends_at')::timestamptz, (r.args ->> 'price_minor')::bigint,
               r.args ->> 'currency', coalesce(decode(r.args ->> 'name_sealed', 'base64'), r.name_sealed),
               CASE WHEN r.args ->> 'name_sealed' IS NULL AND r.name_sealed IS NOT NULL THEN r.name_row END,
               (r.args ->> 'cancel_until')::timestamptz, r.visit
        FROM ready r
        WHERE r.place IN (SELECT m.place FROM moved m)
        ORDER BY r.place
        RETURNING 1
    )
    SELECT count(*) INTO v_done FROM written;
    RETURN v_done;
END
$$;

-- Of several moves of one visit only the first can be.
CREATE FUNCTION ganira.inspect_move_visit(p_place int[], p_tenant bigint[], p_contact bigint[], p_args jsonb[])
RETURNS TABLE (place int, outcome text)
LANGUAGE sql STABLE SET search_path = ganira, pg_temp AS $$
    SELECT seen.place, seen.outcome
    FROM (
        SELECT a.place,
               CASE
                   WHEN v.state IS DISTINCT FROM 'booked'
                     OR row_number() OVER (PARTITION BY a.tenant_id, a.args ->> 'visit' ORDER BY a.place) > 1 THEN 'gone'
                   WHEN (a.args ->> 'at')::timestamptz > v.cancel_until THEN 'too_late'
                   WHEN NOT EXISTS (
                       SELECT FROM occupancy o
                       WHERE o.tenant_id = a.tenant_id AND o.owner = (a.args ->> 'hold')::uuid AND o.contact_id = a.contact_id
                         AND o.kind = 'hold' AND o.expires_at > now()
                   ) THEN 'lapsed'
               END AS outcome
        FROM unnest(p_place, p_tenant, p_contact, p_args) AS a (place, tenant_id, contact_id, args)
        LEFT JOIN visit v ON v.tenant_id = a.tenant_id AND v.id = (a.args ->> 'visit')::uuid AND v.contact_id = a.contact_id
    ) AS seen
    WHERE seen.outcome IS NOT NULL
$$;

-- leave_feedback: kept for a visit of hers that was neither cancelled nor moved, and always for the salon itself.
-- Arguments: {id, visit: the same or null, stars, words_sealed: base64 or null, at}.
CREATE FUNCTION ganira.effect_leave_feedback(p_place int[], p_tenant bigint[], p_contact bigint[], p_args jsonb[]) RETURNS int
LANGUAGE plpgsql SET search_path = ganira, pg_temp AS $$
DECLARE
    v_done int;
BEGIN
    WITH asked AS (
        SELECT a.place, a.tenant_id, a.contact_id, a.args, (a.args ->> 'id')::uuid AS id, (a.args ->> 'visit')::uuid AS visit
        FROM unnest(p_place, p_tenant, p_contact, p_args) AS a (place, tenant_id, contact_id, args)
    ), allowed AS (
        SELECT a.* FROM asked a
        WHERE a.visit IS NULL OR EXISTS (
            SELECT FROM visit v
            WHERE v.tenant_id = a.tenant_id AND v.id = a.visit AND v.contact_id = a.contact_id AND v.state IN ('booked', 'done')
        )
    ), written AS (
        INSERT INTO feedback AS f (tenant_id, id, contact_id, visit_id, stars, words_sealed, at)
        SELECT DISTINCT ON (a.tenant_id, a.id)
               a.tenant_id, a.id, a.contact_id, a.visit, (a.args ->> 'stars')::smallint, decode(a.args ->> 'words_sealed', 'base64'),
               (a.args ->> 'at')::timestamptz
        FROM allowed a
        ORDER BY a.tenant_id, a.id, a.place DESC
        ON CONFLICT (tenant_id, id) DO UPDATE SET stars = excluded.stars, words_sealed = excluded.words_sealed, at = excluded.at
    )
    SELECT count(*) INTO v_done FROM allowed;
    RETURN v_done;
END
$$;

CREATE FUNCTION ganira.inspect_leave_feedback(p_place int[], p_tenant bigint[], p_contact bigint[], p_args jsonb[])
RETURNS TABLE (place int, outcome text)
LANGUAGE sql STABLE SET search_path = ganira, pg_temp AS $$
    SELECT a.place, 'gone'
    FROM unnest(p_place, p_tenant, p_contact, p_args) AS a (place, tenant_id, contact_id, args)
    WHERE a.args ->> 'visit' IS NOT NULL AND NOT EXISTS (
        SELECT FROM visit v
        WHERE v.tenant_id = a.tenant_id AND v.id = (a.args ->> 'visit')::uuid AND v.contact_id = a.contact_id AND v.state IN ('booked', 'done')
    )
$$;

-- record_consent: never refused. Arguments: {purpose, given, channel: text or null, at}.
CREATE FUNCTION ganira.effect_record_consent(p_place int[], p_tenant bigint[], p_contact bigint[], p_args jsonb[]) RETURNS int
LANGUAGE plpgsql SET search_path = ganira, pg_temp AS $$
BEGIN
    INSERT INTO consent AS c (tenant_id, contact_id, purpose, given, channel, at)
    SELECT DISTINCT ON (a.tenant_id, a.contact_id, a.args ->> 'purpose', a.args ->> 'at')
           a.tenant_id, a.contact_id, a.args ->> 'purpose', (a.args ->> 'given')::boolean, a.args ->> 'channel', (a.args ->> 'at')::timestamptz
    FROM unnest(p_place, p_tenant, p_contact, p_args) AS a (place, tenant_id, contact_id, args)
    ORDER BY a.tenant_id, a.contact_id, a.args ->> 'purpose', a.args ->> 'at', a.place DESC
    ON CONFLICT (tenant_id, contact_id, purpose, at) DO UPDATE SET given = excluded.given, channel = excluded.channel;
    RETURN cardinality(p_place);
END
$$;

CREATE FUNCTION ganira.inspect_record_consent(p_place int[], p_tenant bigint[], p_contact bigint[], p_args jsonb[])
RETURNS TABLE (place int, outcome text)
LANGUAGE sql STABLE SET search_path = ganira, pg_temp AS $$
    SELECT NULL::int, NULL::text WHERE false
$$;

-- Erases a person, as before, but by what there is: the rows of every table that names a contact go, unless the table stands here as one that
-- keeps numbers and bytes without a key. So a table that comes later is forgotten about in the harmless direction.
CREATE OR REPLACE FUNCTION ganira.effect_erase_person(p_place integer[], p_tenant bigint[], p_contact bigint[], p_args jsonb[]) RETURNS integer
LANGUAGE plpgsql SET search_path = ganira, pg_temp AS $$
DECLARE
    v_table text;
BEGIN
    FOR v_table IN
        SELECT c.relname FROM pg_class AS c
        WHERE c.relnamespace = 'ganira'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
          AND c.relname <> ALL (ARRAY['conversation', 'erasure', 'journal', 'occupancy', 'visit'])
          AND (SELECT count(*) FROM pg_attribute AS a
               WHERE a.attrelid = c.oid AND a.attname IN ('tenant_id', 'contact_id') AND NOT a.attisdropped) = 2
        ORDER BY c.relname
    LOOP
        EXECUTE format('DELETE FROM %I AS x USING unnest($1, $2) AS u (tenant, contact) WHERE x.tenant_id = u.tenant AND x.contact_id = u.contact', v_table)
            USING p_tenant, p_contact;
    END LOOP;
    UPDATE conversation AS c SET snapshot = '' FROM unnest(p_tenant, p_contact) AS u (tenant, contact)
        WHERE c.tenant_id = u.tenant AND c.contact_id = u.contact;
    INSERT INTO erasure (tenant_id, contact_id) SELECT * FROM unnest(p_tenant, p_contact) ON CONFLICT DO NOTHING;
    RETURN cardinality(p_place);
END $$;

DO $$
DECLARE
    signature text;
BEGIN
    FOREACH signature IN ARRAY ARRAY[
        'effect_move_visit(int[], bigint[], bigint[], jsonb[])', 'inspect_move_visit(int[], bigint[], bigint[], jsonb[])',
        'effect_leave_feedback(int[], bigint[], bigint[], jsonb[])', 'inspect_leave_feedback(int[], bigint[], bigint[], jsonb[])',
        'effect_record_consent(int[], bigint[], bigint[], jsonb[])', 'inspect_record_consent(int[], bigint[], bigint[], jsonb[])'
    ] LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION ganira.%s FROM PUBLIC', signature);
        EXECUTE format('ALTER FUNCTION ganira.%s OWNER TO ganira_commit', signature);
    END LOOP;
    EXECUTE 'ALTER TABLE ganira.feedback OWNER TO ganira_owner';
    EXECUTE 'ALTER TABLE ganira.consent OWNER TO ganira_owner';
END
$$;
