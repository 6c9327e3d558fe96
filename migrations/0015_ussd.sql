-- People at a keypad cannot be written to: staff call them back.
ALTER TABLE ganira.hand_over ADD COLUMN call_back boolean NOT NULL DEFAULT false;

-- hand_over: staff have the conversation, or are to call her back. Never refused; one that they had already changes its queue.
-- Arguments: {queue, at, call_back}.
CREATE OR REPLACE FUNCTION ganira.effect_hand_over(p_place int[], p_tenant bigint[], p_contact bigint[], p_args jsonb[]) RETURNS int
LANGUAGE plpgsql SET search_path = ganira, pg_temp AS $$
BEGIN
    INSERT INTO hand_over (tenant_id, contact_id, queue, asked_at, call_back)
        SELECT DISTINCT ON (a.tenant, a.contact) a.tenant, a.contact, a.args ->> 'queue', (a.args ->> 'at')::timestamptz,
               coalesce((a.args ->> 'call_back')::boolean, false)
        FROM unnest(p_place, p_tenant, p_contact, p_args) AS a (place, tenant, contact, args) ORDER BY a.tenant, a.contact, a.place DESC
        ON CONFLICT (tenant_id, contact_id) DO UPDATE
            SET queue = excluded.queue, asked_at = excluded.asked_at, call_back = excluded.call_back;
    RETURN cardinality(p_place);
END
$$;
