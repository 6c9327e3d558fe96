-- The revisions of a tenant's flows, which of them is live, and how people walk through them.

SET LOCAL search_path = ganira, public;

-- A revision is a whole folder and never changes. To roll back is to publish an earlier one again.
CREATE TABLE flow_revision (
    tenant_id bigint NOT NULL REFERENCES tenant,
    revision integer NOT NULL CHECK (revision > 0),
    -- SHA-256 of the files: equal folders are one revision, and tenants with equal ones share them in memory.
    digest bytea NOT NULL CHECK (length(digest) = 32),
    -- Name of a file to its text.
    files jsonb NOT NULL,
    note text NOT NULL DEFAULT '' CHECK (length(note) <= 500),
    made_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, revision),
    UNIQUE (tenant_id, digest)
);

-- What was published when, and by whom. The last one of a tenant is live; a tenant without any speaks the shipped flows it names.
CREATE TABLE flow_publication (
    tenant_id bigint NOT NULL,
    number bigint GENERATED ALWAYS AS IDENTITY,
    revision integer NOT NULL,
    by_whom text NOT NULL DEFAULT '' CHECK (length(by_whom) <= 200),
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, number),
    FOREIGN KEY (tenant_id, revision) REFERENCES flow_revision
);

-- The funnel: how often each step was entered, answered, asked again and left for good, by revision, channel and day.
-- revision 0 stands for the shipped flows.
CREATE TABLE flow_count (
    tenant_id bigint NOT NULL,
    day date NOT NULL,
    revision integer NOT NULL,
    flow text NOT NULL,
    step text NOT NULL,
    channel text NOT NULL,
    entered bigint NOT NULL DEFAULT 0,
    answered bigint NOT NULL DEFAULT 0,
    asked_again bigint NOT NULL DEFAULT 0,
    left_here bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, day, revision, flow, step, channel)
) WITH (fillfactor = 80);

DO $$
DECLARE name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['flow_revision', 'flow_publication', 'flow_count'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY app_own ON %I TO ganira_app USING (tenant_id = (SELECT nullif(current_setting(''app.tenant'', true), '''')::bigint))', name);
        EXECUTE format('CREATE POLICY commit_all ON %I TO ganira_commit USING (true)', name);
        EXECUTE format('CREATE POLICY owner_all ON %I TO ganira_owner USING (true)', name);
        EXECUTE format('GRANT SELECT ON %I TO ganira_app, ganira_commit', name);
        EXECUTE format('ALTER TABLE %I OWNER TO ganira_owner', name);
    END LOOP;
END $$;
GRANT INSERT, UPDATE, DELETE ON flow_count TO ganira_commit;

-- The live revision of every tenant that has one.
CREATE FUNCTION live_flows() RETURNS TABLE (tenant_id bigint, revision integer, digest bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    SELECT r.tenant_id, r.revision, r.digest
    FROM (SELECT DISTINCT ON (p.tenant_id) p.tenant_id, p.revision FROM flow_publication AS p ORDER BY p.tenant_id, p.number DESC) AS live
    JOIN flow_revision AS r USING (tenant_id, revision)
$$;

CREATE FUNCTION flow_files(p_tenant bigint, p_revision integer) RETURNS TABLE (digest bytea, files jsonb)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    SELECT digest, files FROM flow_revision WHERE tenant_id = p_tenant AND revision = p_revision
$$;

CREATE FUNCTION count_flows(p_tenant bigint[], p_day date[], p_revision integer[], p_flow text[], p_step text[], p_channel text[],
                            p_entered bigint[], p_answered bigint[], p_asked_again bigint[], p_left bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    INSERT INTO flow_count AS c (tenant_id, day, revision, flow, step, channel, entered, answered, asked_again, left_here)
        SELECT * FROM unnest(p_tenant, p_day, p_revision, p_flow, p_step, p_channel, p_entered, p_answered, p_asked_again, p_left)
    ON CONFLICT (tenant_id, day, revision, flow, step, channel) DO UPDATE SET
        entered = c.entered + excluded.entered, answered = c.answered + excluded.answered,
        asked_again = c.asked_again + excluded.asked_again, left_here = c.left_here + excluded.left_here
$$;

DO $$
DECLARE signature text;
BEGIN
    FOREACH signature IN ARRAY ARRAY[
        'live_flows()', 'flow_files(bigint, integer)',
        'count_flows(bigint[], date[], integer[], text[], text[], text[], bigint[], bigint[], bigint[], bigint[])'
    ] LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', signature);
        EXECUTE format('ALTER FUNCTION %s OWNER TO ganira_commit', signature);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO ganira_engine', signature);
    END LOOP;
END $$;
