-- Parts of long messages that wait for the missing ones: their gateways were told that they are safe.

SET LOCAL search_path = ganira, public;

-- `message` is the keyed hash of what the parts of one message have in common; the body is sealed by the system's key. A message that was
-- delivered on stays for a while as `delivered`: its gateway may not have heard our answer and sends parts of it again.
CREATE TABLE sms_part (
    gateway text NOT NULL,
    message bytea NOT NULL,
    part smallint NOT NULL CHECK (part > 0),
    at timestamptz NOT NULL,
    delivered boolean NOT NULL DEFAULT false,
    body bytea NOT NULL,
    PRIMARY KEY (gateway, message, part)
);

ALTER TABLE sms_part ENABLE ROW LEVEL SECURITY;
ALTER TABLE sms_part FORCE ROW LEVEL SECURITY;
CREATE POLICY commit_all ON sms_part TO ganira_commit USING (true);
CREATE POLICY owner_all ON sms_part TO ganira_owner USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON sms_part TO ganira_commit;

CREATE FUNCTION keep_part(p_gateway text, p_message bytea, p_part smallint, p_at timestamptz, p_body bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    INSERT INTO sms_part (gateway, message, part, at, body) VALUES (p_gateway, p_message, p_part, p_at, p_body)
    ON CONFLICT (gateway, message, part) DO UPDATE SET at = excluded.at, body = excluded.body, delivered = false
$$;

CREATE FUNCTION sms_parts(p_gateway text) RETURNS TABLE (message bytea, part smallint, at timestamptz, delivered boolean, body bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    SELECT p.message, p.part, p.at, p.delivered, p.body FROM sms_part AS p WHERE p.gateway = p_gateway ORDER BY p.message, p.part
$$;

-- What was there of the message is delivered on.
CREATE FUNCTION settle_parts(p_gateway text, p_message bytea) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    UPDATE sms_part SET delivered = true WHERE gateway = p_gateway AND message = p_message
$$;

CREATE FUNCTION forget_parts(p_gateway text, p_before timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    DELETE FROM sms_part WHERE gateway = p_gateway AND delivered AND at < p_before
$$;

ALTER TABLE sms_part OWNER TO ganira_owner;

DO $$
DECLARE one record;
BEGIN
    FOR one IN SELECT p.oid::regprocedure AS signature FROM pg_proc AS p WHERE p.pronamespace = 'ganira'::regnamespace
               AND p.proname IN ('keep_part', 'sms_parts', 'settle_parts', 'forget_parts') LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', one.signature);
        EXECUTE format('ALTER FUNCTION %s OWNER TO ganira_commit', one.signature);
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO ganira_engine', one.signature);
    END LOOP;
END $$;
