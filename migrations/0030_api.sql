-- The admin API: who may call it, what was answered to a request that may come again, and versions of what it edits.
--
-- Only adds, so that the release before this one runs on.

-- A machine's key. Only its SHA-256 is kept.
CREATE TABLE ganira.api_key (
    tenant_id bigint NOT NULL REFERENCES ganira.tenant (id),
    id bigint GENERATED ALWAYS AS IDENTITY,
    label text NOT NULL CHECK (char_length(label) BETWEEN 1 AND 80),
    hash bytea NOT NULL UNIQUE CHECK (octet_length(hash) = 32),
    -- The last characters of the key, by which people tell their keys apart.
    tail text NOT NULL CHECK (char_length(tail) = 4),
    scopes text[] NOT NULL CHECK (cardinality(scopes) BETWEEN 1 AND 40),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz,
    revoked_at timestamptz,
    PRIMARY KEY (tenant_id, id)
);

-- Answers to requests with an Idempotency-Key, written with what they did. Kept for a day.
CREATE TABLE ganira.api_answer (
    tenant_id bigint NOT NULL,
    caller text NOT NULL,
    key text NOT NULL CHECK (char_length(key) BETWEEN 1 AND 255),
    -- SHA-256 over method, path and body: the same key with another request is refused.
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    status smallint NOT NULL,
    -- Sealed by the system key.
    body bytea NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, caller, key)
);

CREATE INDEX api_answer_at ON ganira.api_answer USING brin (at);

-- A salon's visits in the order of their starts.
CREATE INDEX visit_starts ON ganira.visit (tenant_id, starts_at, id);

ALTER TABLE ganira.service ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE ganira.staff ADD COLUMN version integer NOT NULL DEFAULT 1;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['api_key', 'api_answer'] LOOP
        EXECUTE format('ALTER TABLE ganira.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE ganira.%I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY app_own ON ganira.%I TO ganira_app USING (tenant_id = (SELECT nullif(current_setting(''app.tenant'', true), '''')::bigint))', name);
        EXECUTE format('CREATE POLICY owner_all ON ganira.%I TO ganira_owner USING (true)', name);
        EXECUTE format('ALTER TABLE ganira.%I OWNER TO ganira_owner', name);
    END LOOP;
END
$$;

GRANT SELECT, INSERT, UPDATE ON ganira.api_key TO ganira_app;
GRANT SELECT, INSERT ON ganira.api_answer TO ganira_app;
GRANT UPDATE ON ganira.service, ganira.staff TO ganira_app;
GRANT DELETE ON ganira.staff_service TO ganira_app;

-- Whose key it is, before any tenant is named. Nothing for a key that is unknown, revoked or expired.
CREATE FUNCTION ganira.api_key_of(p_hash bytea) RETURNS TABLE (tenant_id bigint, id bigint, scopes text[], zone text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    SELECT k.tenant_id, k.id, k.scopes, t.zone
    FROM api_key k JOIN tenant t ON t.id = k.tenant_id
    WHERE k.hash = p_hash AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > now())
$$;

REVOKE ALL ON FUNCTION ganira.api_key_of(bytea) FROM PUBLIC;
ALTER FUNCTION ganira.api_key_of(bytea) OWNER TO ganira_owner;
GRANT EXECUTE ON FUNCTION ganira.api_key_of(bytea) TO ganira_app;
