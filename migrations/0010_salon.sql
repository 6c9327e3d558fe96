-- The salon: what it offers, who works when, what is taken, and the visits.
--
-- Every table leads with its tenant, forces row-level security and shows ganira_app one tenant at a time. ganira_commit has
-- policies of its own, by name, on the two tables that a commit writes; without them its updates would find no row and say nothing.

CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;

-- The house rules of a salon. No row: the tenant has no salon.
CREATE TABLE ganira.salon (
    tenant_id bigint PRIMARY KEY REFERENCES ganira.tenant (id),
    slot_minutes smallint NOT NULL DEFAULT 30 CHECK (slot_minutes IN (5, 10, 15, 20, 30, 60)),
    notice_minutes integer NOT NULL DEFAULT 60 CHECK (notice_minutes >= 0),
    horizon_days smallint NOT NULL DEFAULT 60 CHECK (horizon_days BETWEEN 1 AND 366),
    hold_minutes smallint NOT NULL DEFAULT 10 CHECK (hold_minutes BETWEEN 1 AND 60),
    -- How long before its start a visit can still be cancelled by the customer.
    cancel_minutes integer NOT NULL DEFAULT 120 CHECK (cancel_minutes >= 0)
);

-- Labels fit a WhatsApp list row (24 characters).
CREATE TABLE ganira.service (
    tenant_id bigint NOT NULL REFERENCES ganira.salon (tenant_id),
    id bigint GENERATED ALWAYS AS IDENTITY,
    label text NOT NULL CHECK (char_length(label) BETWEEN 1 AND 24),
    minutes smallint NOT NULL CHECK (minutes BETWEEN 5 AND 720),
    price_minor bigint NOT NULL CHECK (price_minor >= 0),
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    buffer_before_minutes smallint NOT NULL DEFAULT 0 CHECK (buffer_before_minutes BETWEEN 0 AND 240),
    buffer_after_minutes smallint NOT NULL DEFAULT 0 CHECK (buffer_after_minutes BETWEEN 0 AND 240),
    active boolean NOT NULL DEFAULT true,
    position smallint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, id)
);

-- Whatever can be occupied (staff now, chairs and rooms one day) is numbered here, so that one EXCLUDE serves them all.
CREATE SEQUENCE ganira.resource_id AS bigint;

CREATE TABLE ganira.staff (
    tenant_id bigint NOT NULL REFERENCES ganira.salon (tenant_id),
    id bigint NOT NULL DEFAULT nextval('ganira.resource_id') CHECK (id > 0),
    label text NOT NULL CHECK (char_length(label) BETWEEN 1 AND 24),
    active boolean NOT NULL DEFAULT true,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE ganira.staff_service (
    tenant_id bigint NOT NULL,
    staff_id bigint NOT NULL,
    service_id bigint NOT NULL,
    PRIMARY KEY (tenant_id, service_id, staff_id),
    FOREIGN KEY (tenant_id, staff_id) REFERENCES ganira.staff (tenant_id, id),
    FOREIGN KEY (tenant_id, service_id) REFERENCES ganira.service (tenant_id, id)
);

-- Wall-clock hours in the tenant's zone; a break is the gap between two rows. 00:00 as an end is the midnight that ends the day.
CREATE TABLE ganira.working_hours (
    tenant_id bigint NOT NULL,
    staff_id bigint NOT NULL,
    weekday smallint NOT NULL CHECK (weekday BETWEEN 1 AND 7), -- Monday is 1
    from_time time NOT NULL CHECK (from_time < '24:00'),
    until_time time NOT NULL CHECK (until_time < '24:00'),
    PRIMARY KEY (tenant_id, staff_id, weekday, from_time),
    FOREIGN KEY (tenant_id, staff_id) REFERENCES ganira.staff (tenant_id, id),
    CHECK (from_time < until_time OR until_time = '00:00')
);

CREATE TABLE ganira.time_off (
    tenant_id bigint NOT NULL,
    staff_id bigint NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, staff_id, starts_at),
    FOREIGN KEY (tenant_id, staff_id) REFERENCES ganira.staff (tenant_id, id),
    CHECK (starts_at < ends_at)
);

-- What is taken, buffers included: the database itself refuses the second taker. A hold and the visit it becomes share one owner id
-- and one row. `kind` and `expires_at` stand in no index and no predicate, so that confirming is a HOT update and no new conflict.
-- An empty range overlaps nothing and would slip through, hence the check.
CREATE TABLE ganira.occupancy (
    tenant_id bigint NOT NULL,
    resource_id bigint NOT NULL,
    during tstzrange NOT NULL CHECK (NOT isempty(during) AND lower_inc(during) AND NOT upper_inc(during)),
    owner uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('hold', 'booking')),
    contact_id bigint NOT NULL,
    expires_at timestamptz,
    -- What the customer sees of it: the service and its time without buffers.
    service_id bigint NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, owner, resource_id),
    CONSTRAINT occupancy_taken EXCLUDE USING gist (tenant_id WITH =, resource_id WITH =, during WITH &&),
    CHECK ((kind = 'hold') = (expires_at IS NOT NULL)),
    CHECK (during @> tstzrange(starts_at, ends_at))
) WITH (fillfactor = 80);

-- A contact's holds: a new one replaces the earlier one.
CREATE INDEX occupancy_contact ON ganira.occupancy (tenant_id, contact_id);

CREATE TABLE ganira.visit (
    tenant_id bigint NOT NULL,
    id uuid NOT NULL,
    contact_id bigint NOT NULL,
    service_id bigint NOT NULL,
    staff_id bigint NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    price_minor bigint NOT NULL,
    currency text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    -- The name the customer gave, sealed with her own key.
    name_sealed bytea,
    -- The cut-off as it was when she booked: later changes of the house rules do not bind her.
    cancel_until timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'booked' CHECK (state IN ('booked', 'cancelled', 'done')),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id),
    CHECK (starts_at < ends_at)
) WITH (fillfactor = 90);

CREATE INDEX visit_contact ON ganira.visit (tenant_id, contact_id, starts_at);

-- Row-level security: one tenant at a time for the app, everything for the owner, for the commit only what it writes.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['salon', 'service', 'staff', 'staff_service', 'working_hours', 'time_off', 'occupancy', 'visit'] LOOP
        EXECUTE format('ALTER TABLE ganira.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE ganira.%I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY app_own ON ganira.%I TO ganira_app USING (tenant_id = (SELECT nullif(current_setting(''app.tenant'', true), '''')::bigint))', name);
        EXECUTE format('CREATE POLICY owner_all ON ganira.%I TO ganira_owner USING (true)', name);
    END LOOP;
END
$$;

CREATE POLICY commit_all ON ganira.occupancy TO ganira_commit USING (true);
CREATE POLICY commit_all ON ganira.visit TO ganira_commit USING (true);

GRANT USAGE ON SEQUENCE ganira.resource_id TO ganira_app;
GRANT SELECT, INSERT ON ganira.salon, ganira.service, ganira.staff, ganira.staff_service, ganira.working_hours, ganira.time_off
    TO ganira_app;
GRANT SELECT, INSERT, DELETE ON ganira.occupancy TO ganira_app;
GRANT SELECT ON ganira.visit TO ganira_app;
GRANT SELECT, UPDATE, DELETE ON ganira.occupancy TO ganira_commit;
GRANT SELECT, INSERT, UPDATE ON ganira.visit TO ganira_commit;

-- Guarded effects. `effect_K` does K for every place whose guard holds and says how many that were; the commit aborts when some are
-- missing. `inspect_K` names the others and what is true of them. Both run inside the commit, as ganira_commit, over many tenants.

-- book_visit: the contact's own unexpired hold becomes a booking, and its visit is written.
-- Arguments: {hold, service, staff, starts_at, ends_at, price_minor, currency, cancel_until, name_sealed: base64 or null}.
CREATE FUNCTION ganira.effect_book_visit(p_place int[], p_tenant bigint[], p_contact bigint[], p_args jsonb[]) RETURNS int
LANGUAGE plpgsql SET search_path = ganira, pg_temp AS $$
DECLARE
    v_done int;
BEGIN
    WITH asked AS (
        SELECT a.place, a.tenant_id, a.contact_id, a.args, (a.args ->> 'hold')::uuid AS owner
        FROM unnest(p_place, p_tenant, p_contact, p_args) AS a (place, tenant_id, contact_id, args)
    ), flipped AS (
        UPDATE occupancy o SET kind = 'booking', expires_at = NULL
        FROM asked a
        WHERE o.tenant_id = a.tenant_id AND o.owner = a.owner AND o.contact_id = a.contact_id
          AND o.kind = 'hold' AND o.expires_at > now()
        RETURNING a.place
    ), written AS (
        INSERT INTO visit (tenant_id, id, contact_id, service_id, staff_id, starts_at, ends_at, price_minor, currency, name_sealed, cancel_until)
        SELECT a.tenant_id, a.owner, a.contact_id, (a.args ->> 'service')::bigint, (a.args ->> 'staff')::bigint,
               (a.args ->> 'starts_at')::timestamptz, (a.args ->> 'ends_at')::timestamptz, (a.args ->> 'price_minor')::bigint,
               a.args ->> 'currency', decode(a.args ->> 'name_sealed', 'base64'), (a.args ->> 'cancel_until')::timestamptz
        FROM asked a
        WHERE a.place IN (SELECT f.place FROM flipped f)
        RETURNING 1
    )
    SELECT count(*) INTO v_done FROM written;
    RETURN v_done;
END
$$;

CREATE FUNCTION ganira.inspect_book_visit(p_place int[], p_tenant bigint[], p_contact bigint[], p_args jsonb[])
RETURNS TABLE (place int, outcome text)
LANGUAGE sql STABLE SET search_path = ganira, pg_temp AS $$
    SELECT a.place, 'lapsed'
    FROM unnest(p_place, p_tenant, p_contact, p_args) AS a (place, tenant_id, contact_id, args)
    WHERE NOT EXISTS (
        SELECT FROM occupancy o
        WHERE o.tenant_id = a.tenant_id AND o.owner = (a.args ->> 'hold')::uuid AND o.contact_id = a.contact_id
          AND o.kind = 'hold' AND o.expires_at > now()
    )
$$;

-- cancel_visit: a booked visit is cancelled and its time is free again. The cut-off is held against the turn's own time.
-- Arguments: {visit, at}.
CREATE FUNCTION ganira.effect_cancel_visit(p_place int[], p_tenant bigint[], p_contact bigint[], p_args jsonb[]) RETURNS int
LANGUAGE plpgsql SET search_path = ganira, pg_temp AS $$
DECLARE
    v_done int;
BEGIN
    WITH asked AS (
        SELECT a.tenant_id, a.contact_id, (a.args ->> 'visit')::uuid AS id, (a.args ->> 'at')::timestamptz AS at
        FROM unnest(p_place, p_tenant, p_contact, p_args) AS a (place, tenant_id, contact_id, args)
    ), cancelled AS (
        UPDATE visit v SET state = 'cancelled'
        FROM asked a
        WHERE v.tenant_id = a.tenant_id AND v.id = a.id AND v.contact_id = a.contact_id
          AND v.state = 'booked' AND a.at <= v.cancel_until
        RETURNING v.tenant_id, v.id
    ), freed AS (
        DELETE FROM occupancy o USING cancelled c WHERE o.tenant_id = c.tenant_id AND o.owner = c.id
    )
    SELECT count(*) INTO v_done FROM cancelled;
    RETURN v_done;
END
$$;

CREATE FUNCTION ganira.inspect_cancel_visit(p_place int[], p_tenant bigint[], p_contact bigint[], p_args jsonb[])
RETURNS TABLE (place int, outcome text)
LANGUAGE sql STABLE SET search_path = ganira, pg_temp AS $$
    SELECT a.place, CASE WHEN v.state = 'booked' THEN 'too_late' ELSE 'gone' END
    FROM unnest(p_place, p_tenant, p_contact, p_args) AS a (place, tenant_id, contact_id, args)
    LEFT JOIN visit v ON v.tenant_id = a.tenant_id AND v.id = (a.args ->> 'visit')::uuid AND v.contact_id = a.contact_id
    WHERE v.state IS DISTINCT FROM 'booked' OR (a.args ->> 'at')::timestamptz > v.cancel_until
$$;

-- release_hold: the contact's own hold is given back. Never refused: a hold that is gone already is released too.
-- A row that another transaction is just taking away as expired is skipped, so that a commit never waits for it.
-- Arguments: {hold}.
CREATE FUNCTION ganira.effect_release_hold(p_place int[], p_tenant bigint[], p_contact bigint[], p_args jsonb[]) RETURNS int
LANGUAGE plpgsql SET search_path = ganira, pg_temp AS $$
BEGIN
    WITH mine AS (
        SELECT o.tenant_id, o.owner, o.resource_id
        FROM unnest(p_tenant, p_contact, p_args) AS a (tenant_id, contact_id, args)
        JOIN occupancy o ON o.tenant_id = a.tenant_id AND o.owner = (a.args ->> 'hold')::uuid AND o.contact_id = a.contact_id
        WHERE o.kind = 'hold'
        FOR UPDATE OF o SKIP LOCKED
    )
    DELETE FROM occupancy o USING mine m
    WHERE o.tenant_id = m.tenant_id AND o.owner = m.owner AND o.resource_id = m.resource_id;
    RETURN cardinality(p_place);
END
$$;

CREATE FUNCTION ganira.inspect_release_hold(p_place int[], p_tenant bigint[], p_contact bigint[], p_args jsonb[])
RETURNS TABLE (place int, outcome text)
LANGUAGE sql STABLE SET search_path = ganira, pg_temp AS $$
    SELECT NULL::int, NULL::text WHERE false
$$;

-- Maintenance: takes away up to p_limit holds that expired a minute ago, of all tenants, never waiting for anybody.
CREATE FUNCTION ganira.sweep_expired_holds(p_limit int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
DECLARE
    v_swept int;
BEGIN
    WITH expired AS (
        SELECT o.tenant_id, o.owner, o.resource_id FROM occupancy o
        WHERE o.kind = 'hold' AND o.expires_at < now() - interval '1 minute'
        LIMIT p_limit
        FOR UPDATE SKIP LOCKED
    ), swept AS (
        DELETE FROM occupancy o USING expired e
        WHERE o.tenant_id = e.tenant_id AND o.owner = e.owner AND o.resource_id = e.resource_id
        RETURNING 1
    )
    SELECT count(*) INTO v_swept FROM swept;
    RETURN v_swept;
END
$$;

REVOKE ALL ON FUNCTION ganira.sweep_expired_holds(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ganira.sweep_expired_holds(int) TO ganira_engine;

DO $$
DECLARE
    signature text;
BEGIN
    FOREACH signature IN ARRAY ARRAY[
        'effect_book_visit(int[], bigint[], bigint[], jsonb[])', 'inspect_book_visit(int[], bigint[], bigint[], jsonb[])',
        'effect_cancel_visit(int[], bigint[], bigint[], jsonb[])', 'inspect_cancel_visit(int[], bigint[], bigint[], jsonb[])',
        'effect_release_hold(int[], bigint[], bigint[], jsonb[])', 'inspect_release_hold(int[], bigint[], bigint[], jsonb[])',
        'sweep_expired_holds(int)'
    ] LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION ganira.%s FROM PUBLIC', signature);
        EXECUTE format('ALTER FUNCTION ganira.%s OWNER TO ganira_commit', signature);
    END LOOP;
END
$$;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['salon', 'service', 'staff', 'staff_service', 'working_hours', 'time_off', 'occupancy', 'visit'] LOOP
        EXECUTE format('ALTER TABLE ganira.%I OWNER TO ganira_owner', name);
    END LOOP;
    ALTER SEQUENCE ganira.resource_id OWNER TO ganira_owner;
END
$$;
