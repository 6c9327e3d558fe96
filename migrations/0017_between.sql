-- Between channels: the codes by which a person is known at another channel, contacts that turned out to be one person, messages that went
-- another way than they were meant to, and what a business says of all this.

-- The number by which people know an account: for WhatsApp its phone number, `+` and digits.
ALTER TABLE ganira.account ADD COLUMN number text CHECK (number ~ '^\+[1-9][0-9]{6,14}$');

-- fallback: channels in order; what cannot leave by one goes by the next (`{}`: by none; null: whatsapp, sms). code_minutes: how long a code
-- is good where the flow does not say (null: what the configuration says).
ALTER TABLE ganira.tenant
    ADD COLUMN fallback text[] CHECK (fallback <@ ARRAY['whatsapp', 'ussd', 'sms']),
    ADD COLUMN code_minutes smallint CHECK (code_minutes BETWEEN 1 AND 1440);

-- Codes given to people, as keyed hashes. One that was used stays for as long as the message that used it may be delivered again.
CREATE TABLE ganira.move_code (
    tenant_id bigint NOT NULL,
    code bytea NOT NULL,
    contact_id bigint NOT NULL,
    channel text NOT NULL,
    expires_at timestamptz NOT NULL,
    used_by bytea,
    used_event bytea,
    PRIMARY KEY (tenant_id, code)
);
CREATE INDEX move_code_contact ON ganira.move_code (tenant_id, contact_id);
CREATE INDEX move_code_age ON ganira.move_code (expires_at);

-- Codes that were not taken, by the keyed hash of the sender's address; and what was said of each message, should it come again.
CREATE TABLE ganira.wrong_code (
    tenant_id bigint NOT NULL,
    sender bytea NOT NULL,
    event bytea NOT NULL,
    at timestamptz NOT NULL,
    outcome text NOT NULL,
    PRIMARY KEY (tenant_id, sender, event)
);
CREATE INDEX wrong_code_age ON ganira.wrong_code (at);

-- A contact whose addresses went over to another by a code: one person. Its own past stays where it is; whoever exports or erases the person
-- finds it here.
CREATE TABLE ganira.contact_join (
    tenant_id bigint NOT NULL,
    contact_id bigint NOT NULL,
    into_id bigint NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, contact_id)
);
CREATE INDEX contact_join_into ON ganira.contact_join (tenant_id, into_id);

-- Messages whose words went another way, so that they do so once.
CREATE TABLE ganira.fall_back (
    tenant_id bigint NOT NULL,
    contact_id bigint NOT NULL,
    seq bigint NOT NULL,
    n smallint NOT NULL,
    by_seq bigint NOT NULL,
    PRIMARY KEY (tenant_id, contact_id, seq, n)
);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['move_code', 'wrong_code', 'contact_join', 'fall_back'] LOOP
        EXECUTE format('ALTER TABLE ganira.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE ganira.%I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY commit_all ON ganira.%I TO ganira_commit USING (true)', name);
        EXECUTE format('CREATE POLICY owner_all ON ganira.%I TO ganira_owner USING (true)', name);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ganira.%I TO ganira_commit', name);
        EXECUTE format('ALTER TABLE ganira.%I OWNER TO ganira_owner', name);
    END LOOP;
END
$$;

-- give_code: a code for the person of the turn. Arguments: {code, channel, until}, the code as the hexadecimal digits of its hash. Refused as
-- `taken` if somebody else has it: then another is drawn.
CREATE FUNCTION ganira.effect_give_code(p_place int[], p_tenant bigint[], p_contact bigint[], p_args jsonb[]) RETURNS int
LANGUAGE plpgsql SET search_path = ganira, pg_temp AS $$
DECLARE v_rows int;
BEGIN
    INSERT INTO move_code (tenant_id, code, contact_id, channel, expires_at)
        SELECT a.tenant, decode(a.args ->> 'code', 'hex'), a.contact, a.args ->> 'channel', (a.args ->> 'until')::timestamptz
        FROM unnest(p_tenant, p_contact, p_args) AS a (tenant, contact, args)
        ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS v_rows = ROW_COUNT;
    RETURN v_rows;
END
$$;
CREATE FUNCTION ganira.inspect_give_code(p_place int[], p_tenant bigint[], p_contact bigint[], p_args jsonb[])
RETURNS TABLE (place int, outcome text)
LANGUAGE sql STABLE SET search_path = ganira, pg_temp AS $$
    SELECT a.place, 'taken' FROM unnest(p_place, p_tenant, p_args) AS a (place, tenant, args)
    JOIN move_code AS c ON c.tenant_id = a.tenant AND c.code = decode(a.args ->> 'code', 'hex')
$$;

-- fall_back: the words of a message go another way. Arguments: {seq, n, by_seq}. Refused as `done` if they went before.
CREATE FUNCTION ganira.effect_fall_back(p_place int[], p_tenant bigint[], p_contact bigint[], p_args jsonb[]) RETURNS int
LANGUAGE plpgsql SET search_path = ganira, pg_temp AS $$
DECLARE v_rows int;
BEGIN
    INSERT INTO fall_back (tenant_id, contact_id, seq, n, by_seq)
        SELECT a.tenant, a.contact, (a.args ->> 'seq')::bigint, (a.args ->> 'n')::smallint, (a.args ->> 'by_seq')::bigint
        FROM unnest(p_tenant, p_contact, p_args) AS a (tenant, contact, args)
        ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS v_rows = ROW_COUNT;
    RETURN v_rows;
END
$$;
CREATE FUNCTION ganira.inspect_fall_back(p_place int[], p_tenant bigint[], p_contact bigint[], p_args jsonb[])
RETURNS TABLE (place int, outcome text)
LANGUAGE sql STABLE SET search_path = ganira, pg_temp AS $$
    SELECT a.place, 'done' FROM unnest(p_place, p_tenant, p_contact, p_args) AS a (place, tenant, contact, args)
    JOIN fall_back AS f ON f.tenant_id = a.tenant AND f.contact_id = a.contact
        AND f.seq = (a.args ->> 'seq')::bigint AND f.n = (a.args ->> 'n')::smallint
$$;

-- Takes a code that somebody sent, or says why not: joined | wrong | expired | used | too_many. One that is taken is used up, and the sender's
-- addresses lead to the contact it was given to, in one transaction. The same event again gets the same answer and changes nothing.
CREATE FUNCTION ganira.redeem_code(
    p_tenant bigint, p_code bytea, p_channel text, p_scoped bytea, p_phone bytea, p_scoped_sealed bytea, p_phone_sealed bytea,
    p_event bytea, p_now timestamptz, p_wrong_max integer
) RETURNS TABLE (outcome text, contact_id bigint)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
#variable_conflict use_column
DECLARE
    v_sender bytea := coalesce(p_scoped, p_phone);
    v_code move_code%ROWTYPE;
    v_outcome text;
    v_wrong integer;
    v_is_hers boolean;
BEGIN
    -- The locks of resolve_senders: nobody is born under these addresses meanwhile.
    PERFORM pg_advisory_xact_lock(hashtextextended(p_tenant::text || encode(h, 'hex'), 7))
        FROM unnest(ARRAY[p_scoped, p_phone]) AS h WHERE h IS NOT NULL ORDER BY h;
    SELECT w.outcome INTO v_outcome FROM wrong_code AS w WHERE w.tenant_id = p_tenant AND w.sender = v_sender AND w.event = p_event;
    IF v_outcome IS NOT NULL THEN
        RETURN QUERY SELECT v_outcome, NULL::bigint;
        RETURN;
    END IF;
    SELECT c.* INTO v_code FROM move_code AS c WHERE c.tenant_id = p_tenant AND c.code = p_code FOR UPDATE;
    IF v_code.used_event = p_event THEN
        RETURN QUERY SELECT 'joined', v_code.contact_id;
        RETURN;
    END IF;
    -- Who has used it sends it once more: she is where she wanted to be.
    v_is_hers := v_code.used_by IS NOT DISTINCT FROM v_sender AND v_sender IS NOT NULL
        AND EXISTS (SELECT FROM directory AS d WHERE d.tenant_id = p_tenant AND d.address_hash = v_sender AND d.contact_id = v_code.contact_id);
    v_wrong := (SELECT count(*) FROM wrong_code AS w
                WHERE w.tenant_id = p_tenant AND w.sender = v_sender AND w.at > p_now - interval '1 hour');
    v_outcome := CASE
        WHEN v_wrong >= p_wrong_max THEN 'too_many'
        WHEN v_code.code IS NULL OR v_code.channel <> p_channel THEN 'wrong'
        WHEN v_is_hers THEN 'joined'
        WHEN v_code.used_event IS NOT NULL THEN 'used'
        WHEN v_code.expires_at <= p_now THEN 'expired'
        WHEN NOT EXISTS (SELECT FROM contact_key AS k WHERE k.tenant_id = p_tenant AND k.contact_id = v_code.contact_id) THEN 'wrong'
        ELSE 'joined'
    END;
    IF v_outcome <> 'joined' THEN
        -- A flood is not written down to its end.
        IF v_wrong < 10 * p_wrong_max THEN
            INSERT INTO wrong_code (tenant_id, sender, event, at, outcome) VALUES (p_tenant, v_sender, p_event, p_now, v_outcome);
        END IF;
        RETURN QUERY SELECT v_outcome, NULL::bigint;
        RETURN;
    END IF;
    IF NOT v_is_hers THEN
        UPDATE move_code AS c SET used_by = v_sender, used_event = p_event WHERE c.tenant_id = p_tenant AND c.code = p_code;
        INSERT INTO contact_join (tenant_id, contact_id, into_id, at)
            SELECT DISTINCT p_tenant, d.contact_id, v_code.contact_id, p_now FROM directory AS d
            WHERE d.tenant_id = p_tenant AND d.address_hash IN (p_scoped, p_phone) AND d.contact_id <> v_code.contact_id
            ON CONFLICT (tenant_id, contact_id) DO UPDATE SET into_id = excluded.into_id, at = excluded.at;
        -- No ring: who is joined now is nobody's past.
        DELETE FROM contact_join AS j WHERE j.tenant_id = p_tenant AND j.contact_id = v_code.contact_id;
        INSERT INTO directory (tenant_id, address_hash, contact_id, kind, sealed)
            SELECT p_tenant, a.hash, v_code.contact_id, a.kind::"char", a.sealed
            FROM (VALUES (p_scoped, 'w', p_scoped_sealed), (p_phone, 'p', p_phone_sealed)) AS a (hash, kind, sealed) WHERE a.hash IS NOT NULL
            ON CONFLICT (tenant_id, address_hash) DO UPDATE SET contact_id = excluded.contact_id, sealed = excluded.sealed;
    END IF;
    RETURN QUERY SELECT 'joined', v_code.contact_id;
END
$$;

-- What may be forgotten: codes and wrong tries whose messages nobody delivers any more.
CREATE FUNCTION ganira.sweep_codes(p_before timestamptz) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    WITH old AS (DELETE FROM move_code WHERE expires_at < p_before RETURNING 1),
         wrong AS (DELETE FROM wrong_code WHERE at < p_before RETURNING 1)
    SELECT ((SELECT count(*) FROM old) + (SELECT count(*) FROM wrong))::integer
$$;

-- What businesses say of going from one channel to another.
CREATE FUNCTION ganira.ways_between() RETURNS TABLE (tenant_id bigint, fallback text[], code_minutes smallint, account_id bigint, number text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    SELECT t.id, t.fallback, t.code_minutes, a.id, a.number FROM tenant AS t LEFT JOIN account AS a ON a.tenant_id = t.id AND a.number IS NOT NULL
    WHERE t.fallback IS NOT NULL OR t.code_minutes IS NOT NULL OR a.id IS NOT NULL
$$;

-- A message by its number, for a turn that sends its words another way; `replaced` if that was done.
CREATE FUNCTION ganira.message_of(p_tenant bigint, p_contact bigint, p_seq bigint, p_n smallint)
RETURNS TABLE (account_id bigint, at timestamptz, body bytea, replaced boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    SELECT o.account_id, o.at, o.body, EXISTS (SELECT FROM fall_back AS f
        WHERE f.tenant_id = p_tenant AND f.contact_id = p_contact AND f.seq = p_seq AND f.n = p_n)
    FROM outbox AS o WHERE o.tenant_id = p_tenant AND o.contact_id = p_contact AND o.seq = p_seq AND o.n = p_n
$$;

DO $$
DECLARE
    signature text;
BEGIN
    FOREACH signature IN ARRAY ARRAY[
        'effect_give_code(int[], bigint[], bigint[], jsonb[])', 'inspect_give_code(int[], bigint[], bigint[], jsonb[])',
        'effect_fall_back(int[], bigint[], bigint[], jsonb[])', 'inspect_fall_back(int[], bigint[], bigint[], jsonb[])',
        'redeem_code(bigint, bytea, text, bytea, bytea, bytea, bytea, bytea, timestamptz, integer)', 'sweep_codes(timestamptz)', 'ways_between()',
        'message_of(bigint, bigint, bigint, smallint)'
    ] LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION ganira.%s FROM PUBLIC', signature);
        EXECUTE format('ALTER FUNCTION ganira.%s OWNER TO ganira_commit', signature);
    END LOOP;
    FOREACH signature IN ARRAY ARRAY[
        'redeem_code(bigint, bytea, text, bytea, bytea, bytea, bytea, bytea, timestamptz, integer)', 'sweep_codes(timestamptz)', 'ways_between()',
        'message_of(bigint, bigint, bigint, smallint)'
    ] LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION ganira.%s TO ganira_engine', signature);
    END LOOP;
END
$$;
