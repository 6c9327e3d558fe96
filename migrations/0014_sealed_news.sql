-- News that waits to be told is about a person: it is sealed by her tenant's key, forgotten once told, and goes with her when she is erased
-- (the erasure takes every row that names a tenant and a contact).

ALTER TABLE ganira.request ADD COLUMN tenant_id bigint, ADD COLUMN contact_id bigint, ADD COLUMN sealed bytea;

CREATE INDEX request_contact ON ganira.request (tenant_id, contact_id) WHERE contact_id IS NOT NULL;

-- What was written in the clear before, and is not told yet, cannot be sealed here: it is left to be told without its payload.
UPDATE ganira.request SET arguments = arguments - 'payload' WHERE arguments ? 'payload';

DROP FUNCTION ganira.open_requests(integer);
CREATE FUNCTION ganira.open_requests(p_limit integer) RETURNS TABLE (id bigint, kind text, arguments jsonb, sealed bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    SELECT id, kind, arguments, sealed FROM request WHERE done_at IS NULL ORDER BY id LIMIT p_limit
$$;

CREATE OR REPLACE FUNCTION ganira.answer_request(p_id bigint, p_answer text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    UPDATE request SET done_at = now(), answer = p_answer, sealed = NULL WHERE id = p_id
$$;

-- News for a conversation, out of an operation's own transaction: it is told if that commits. `p_id` names it: the same news is told once.
DROP FUNCTION ganira.tell(bigint, text, jsonb, text);
CREATE FUNCTION ganira.tell(p_contact bigint, p_name text, p_sealed bytea, p_id text) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    INSERT INTO request (kind, arguments, tenant_id, contact_id, sealed)
    SELECT 'news', jsonb_build_object('tenant', t.id, 'contact', p_contact, 'name', p_name, 'id', p_id), t.id, p_contact, p_sealed
    FROM (SELECT current_setting('app.tenant')::bigint AS id) AS t
$$;

REVOKE ALL ON FUNCTION ganira.open_requests(integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION ganira.tell(bigint, text, bytea, text) FROM PUBLIC;
ALTER FUNCTION ganira.open_requests(integer) OWNER TO ganira_commit;
ALTER FUNCTION ganira.tell(bigint, text, bytea, text) OWNER TO ganira_commit;
GRANT EXECUTE ON FUNCTION ganira.open_requests(integer) TO ganira_engine;
GRANT EXECUTE ON FUNCTION ganira.tell(bigint, text, bytea, text) TO ganira_app;
