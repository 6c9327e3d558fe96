-- What conversations wait for: work outside that is tried again later, staff who take over, the tenants' own servers, news.

ALTER TABLE ganira.job ADD COLUMN tries smallint NOT NULL DEFAULT 0, ADD COLUMN not_before timestamptz;

-- Staff look after these queues. A queue without a row, or one that is shut, has nobody.
CREATE TABLE ganira.staff_queue (
    tenant_id bigint NOT NULL REFERENCES ganira.tenant (id),
    queue text NOT NULL CHECK (queue ~ '^[a-z][a-z0-9_]{0,39}$'),
    open boolean NOT NULL DEFAULT true,
    PRIMARY KEY (tenant_id, queue)
);

-- Conversations that staff have, until they give them back.
CREATE TABLE ganira.hand_over (
    tenant_id bigint NOT NULL,
    contact_id bigint NOT NULL,
    queue text NOT NULL,
    asked_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, contact_id)
);

-- The servers of a tenant that its flows may ask, by the names they ask by. The secret is sealed by the tenant's key; the row is the name.
CREATE TABLE ganira.tenant_server (
    tenant_id bigint NOT NULL REFERENCES ganira.tenant (id),
    name text NOT NULL CHECK (name ~ '^[a-z][a-z0-9_]{0,39}$'),
    url text NOT NULL CHECK (char_length(url) <= 2000),
    secret bytea NOT NULL,
    PRIMARY KEY (tenant_id, name)
);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['staff_queue', 'hand_over', 'tenant_server'] LOOP
        EXECUTE format('ALTER TABLE ganira.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE ganira.%I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY app_own ON ganira.%I TO ganira_app USING (tenant_id = (SELECT nullif(current_setting(''app.tenant'', true), '''')::bigint))', name);
        EXECUTE format('CREATE POLICY commit_all ON ganira.%I TO ganira_commit USING (true)', name);
        EXECUTE format('CREATE POLICY owner_all ON ganira.%I TO ganira_owner USING (true)', name);
    END LOOP;
END
$$;

GRANT SELECT ON ganira.staff_queue, ganira.hand_over TO ganira_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ganira.hand_over TO ganira_commit;
GRANT SELECT ON ganira.tenant_server TO ganira_commit;

-- hand_over: staff have the conversation. Never refused; one that they had already changes its queue. Arguments: {queue, at}.
CREATE FUNCTION ganira.effect_hand_over(p_place int[], p_tenant bigint[], p_contact bigint[], p_args jsonb[]) RETURNS int
LANGUAGE plpgsql SET search_path = ganira, pg_temp AS $$
BEGIN
    INSERT INTO hand_over (tenant_id, contact_id, queue, asked_at)
        SELECT DISTINCT ON (a.tenant, a.contact) a.tenant, a.contact, a.args ->> 'queue', (a.args ->> 'at')::timestamptz
        FROM unnest(p_place, p_tenant, p_contact, p_args) AS a (place, tenant, contact, args) ORDER BY a.tenant, a.contact, a.place DESC
        ON CONFLICT (tenant_id, contact_id) DO UPDATE SET queue = excluded.queue, asked_at = excluded.asked_at;
    RETURN cardinality(p_place);
END
$$;
CREATE FUNCTION ganira.inspect_hand_over(p_place int[], p_tenant bigint[], p_contact bigint[], p_args jsonb[])
RETURNS TABLE (place int, outcome text)
LANGUAGE sql STABLE SET search_path = ganira, pg_temp AS $$ SELECT NULL::int, NULL::text WHERE false $$;

-- hand_back: staff have it no more. Never refused. No arguments.
CREATE FUNCTION ganira.effect_hand_back(p_place int[], p_tenant bigint[], p_contact bigint[], p_args jsonb[]) RETURNS int
LANGUAGE plpgsql SET search_path = ganira, pg_temp AS $$
BEGIN
    DELETE FROM hand_over AS h USING unnest(p_tenant, p_contact) AS a (tenant, contact)
        WHERE h.tenant_id = a.tenant AND h.contact_id = a.contact;
    RETURN cardinality(p_place);
END
$$;
CREATE FUNCTION ganira.inspect_hand_back(p_place int[], p_tenant bigint[], p_contact bigint[], p_args jsonb[])
RETURNS TABLE (place int, outcome text)
LANGUAGE sql STABLE SET search_path = ganira, pg_temp AS $$ SELECT NULL::int, NULL::text WHERE false $$;

CREATE OR REPLACE FUNCTION ganira.effect_erase_person(p_place integer[], p_tenant bigint[], p_contact bigint[], p_args jsonb[]) RETURNS integer
LANGUAGE plpgsql SET search_path = ganira, pg_temp AS $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['directory', 'timer', 'job', 'outbox', 'delivery', 'media', 'dead_letter', 'hand_over', 'contact_key'] LOOP
        EXECUTE format('DELETE FROM %I AS x USING unnest($1, $2) AS u (tenant, contact) WHERE x.tenant_id = u.tenant AND x.contact_id = u.contact', name)
            USING p_tenant, p_contact;
    END LOOP;
    UPDATE conversation AS c SET snapshot = '' FROM unnest(p_tenant, p_contact) AS u (tenant, contact)
        WHERE c.tenant_id = u.tenant AND c.contact_id = u.contact;
    INSERT INTO erasure (tenant_id, contact_id) SELECT * FROM unnest(p_tenant, p_contact) ON CONFLICT DO NOTHING;
    RETURN cardinality(p_place);
END $$;

-- The jobs that may be tried now, at most so many of each kind, the longest waiting first.
CREATE FUNCTION ganira.due_jobs(p_now timestamptz, p_limit integer)
RETURNS TABLE (tenant_id bigint, contact_id bigint, seq bigint, n smallint, account_id bigint, kind text, at timestamptz, body bytea, wrapped bytea,
               tries smallint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    SELECT j.tenant_id, j.contact_id, j.seq, j.n, j.account_id, j.kind, j.at, j.body, k.wrapped, j.tries
    FROM (SELECT x.*, row_number() OVER (PARTITION BY x.kind ORDER BY coalesce(x.not_before, x.at)) AS place FROM job AS x
          WHERE x.not_before IS NULL OR x.not_before <= p_now) AS j
    JOIN contact_key AS k ON k.tenant_id = j.tenant_id AND k.contact_id = j.contact_id
    WHERE j.place <= p_limit
$$;

CREATE FUNCTION ganira.postpone_job(p_tenant bigint, p_contact bigint, p_seq bigint, p_n smallint, p_tries smallint, p_not_before timestamptz)
RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    UPDATE job SET tries = p_tries, not_before = p_not_before WHERE tenant_id = p_tenant AND contact_id = p_contact AND seq = p_seq AND n = p_n
$$;

CREATE FUNCTION ganira.servers() RETURNS TABLE (tenant_id bigint, name text, url text, secret bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    SELECT tenant_id, name, url, secret FROM tenant_server
$$;

-- What news says of a person is not kept in the clear once it has been told.
CREATE OR REPLACE FUNCTION ganira.answer_request(p_id bigint, p_answer text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    UPDATE request SET done_at = now(), answer = p_answer, arguments = arguments - 'payload' WHERE id = p_id
$$;

-- News for a conversation, out of an operation's own transaction: it is told if that commits. `p_id` names it: the same news is told once.
CREATE FUNCTION ganira.tell(p_contact bigint, p_name text, p_payload jsonb, p_id text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    INSERT INTO request (kind, arguments) VALUES ('news', jsonb_build_object(
        'tenant', current_setting('app.tenant')::bigint, 'contact', p_contact, 'name', p_name, 'payload', p_payload, 'id', p_id))
$$;

DO $$
DECLARE
    signature text;
BEGIN
    FOREACH signature IN ARRAY ARRAY[
        'effect_hand_over(int[], bigint[], bigint[], jsonb[])', 'inspect_hand_over(int[], bigint[], bigint[], jsonb[])',
        'effect_hand_back(int[], bigint[], bigint[], jsonb[])', 'inspect_hand_back(int[], bigint[], bigint[], jsonb[])',
        'due_jobs(timestamptz, integer)', 'postpone_job(bigint, bigint, bigint, smallint, smallint, timestamptz)', 'servers()',
        'tell(bigint, text, jsonb, text)'
    ] LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION ganira.%s FROM PUBLIC', signature);
        EXECUTE format('ALTER FUNCTION ganira.%s OWNER TO ganira_commit', signature);
    END LOOP;
    FOREACH signature IN ARRAY ARRAY[
        'due_jobs(timestamptz, integer)', 'postpone_job(bigint, bigint, bigint, smallint, smallint, timestamptz)', 'servers()'
    ] LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION ganira.%s TO ganira_engine', signature);
    END LOOP;
    GRANT EXECUTE ON FUNCTION ganira.tell(bigint, text, jsonb, text) TO ganira_app;
    FOREACH signature IN ARRAY ARRAY['staff_queue', 'hand_over', 'tenant_server'] LOOP
        EXECUTE format('ALTER TABLE ganira.%I OWNER TO ganira_owner', signature);
    END LOOP;
END
$$;
