-- What people want to get: what they stopped, when a business leaves them in peace, and under which names it writes in each country.
--
-- Only adds, so that the release before this one runs on.

ALTER TABLE ganira.tenant
    -- ISO 3166: in whose form phone numbers are typed. Empty: the country of the zone.
    ADD COLUMN country text CHECK (country ~ '^[A-Z]{2}$'),
    -- By the clocks of the tenant's zone; over midnight where the second is the earlier one.
    ADD COLUMN quiet_from time,
    ADD COLUMN quiet_until time,
    ADD CONSTRAINT tenant_quiet CHECK ((quiet_from IS NULL) = (quiet_until IS NULL) AND quiet_from <> quiet_until);

-- What a person stopped: by channel, and for one purpose or (*) for all that the business starts.
CREATE TABLE ganira.opt_out (
    tenant_id bigint NOT NULL,
    contact_id bigint NOT NULL,
    channel text NOT NULL CHECK (channel IN ('whatsapp', 'ussd', 'sms')),
    purpose text NOT NULL CHECK (purpose IN ('*', 'service', 'reminder', 'marketing', 'code')),
    -- Who says so: the person herself, her network or gateway, or an operation of a flow.
    source text NOT NULL CHECK (source IN ('person', 'network', 'flow')),
    at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, contact_id, channel, purpose)
);

-- The name or number from which an account writes to people of a country.
CREATE TABLE ganira.sender_id (
    tenant_id bigint NOT NULL,
    account_id bigint NOT NULL REFERENCES ganira.account ON DELETE CASCADE,
    calling_code text NOT NULL CHECK (calling_code ~ '^[1-9][0-9]{0,6}$'),
    sender text NOT NULL CHECK (char_length(sender) BETWEEN 1 AND 15),
    PRIMARY KEY (account_id, calling_code)
);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['opt_out', 'sender_id'] LOOP
        EXECUTE format('ALTER TABLE ganira.%I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE ganira.%I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY app_own ON ganira.%I TO ganira_app USING (tenant_id = (SELECT nullif(current_setting(''app.tenant'', true), '''')::bigint))', name);
        EXECUTE format('CREATE POLICY owner_all ON ganira.%I TO ganira_owner USING (true)', name);
        EXECUTE format('CREATE POLICY commit_all ON ganira.%I TO ganira_commit USING (true)', name);
        EXECUTE format('GRANT SELECT ON ganira.%I TO ganira_app', name);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ganira.%I TO ganira_commit', name);
        EXECUTE format('ALTER TABLE ganira.%I OWNER TO ganira_owner', name);
    END LOOP;
END
$$;

-- What the engine has to know of every tenant besides its doors.
CREATE FUNCTION ganira.tenant_rules() RETURNS TABLE (tenant_id bigint, name text, country text, quiet_from time, quiet_until time)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    SELECT id, name, country, quiet_from, quiet_until FROM tenant
$$;

CREATE FUNCTION ganira.sender_ids() RETURNS TABLE (account_id bigint, calling_code text, sender text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    SELECT account_id, calling_code, sender FROM sender_id
$$;

-- Whether a person stopped messages for this purpose on this channel. The star covers all but codes.
CREATE FUNCTION ganira.opted_out(p_tenant bigint, p_contact bigint, p_channel text, p_purpose text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM opt_out
        WHERE tenant_id = p_tenant AND contact_id = p_contact AND channel = p_channel
          AND (purpose = p_purpose OR purpose = '*' AND p_purpose <> 'code')
    )
$$;

-- opt_out: never refused. Arguments: {channel, purpose, source, at}. The first word for it stays.
CREATE FUNCTION ganira.effect_opt_out(p_place int[], p_tenant bigint[], p_contact bigint[], p_args jsonb[]) RETURNS int
LANGUAGE plpgsql SET search_path = ganira, pg_temp AS $$
BEGIN
    INSERT INTO opt_out (tenant_id, contact_id, channel, purpose, source, at)
    SELECT a.tenant_id, a.contact_id, a.args ->> 'channel', a.args ->> 'purpose', a.args ->> 'source', (a.args ->> 'at')::timestamptz
    FROM unnest(p_place, p_tenant, p_contact, p_args) AS a (place, tenant_id, contact_id, args)
    ON CONFLICT DO NOTHING;
    RETURN cardinality(p_place);
END
$$;

CREATE FUNCTION ganira.inspect_opt_out(p_place int[], p_tenant bigint[], p_contact bigint[], p_args jsonb[])
RETURNS TABLE (place int, outcome text)
LANGUAGE sql STABLE SET search_path = ganira, pg_temp AS $$ SELECT NULL::int, NULL::text WHERE false $$;

-- opt_in: never refused. Arguments: {channel, purpose}; without a purpose all of the channel's.
CREATE FUNCTION ganira.effect_opt_in(p_place int[], p_tenant bigint[], p_contact bigint[], p_args jsonb[]) RETURNS int
LANGUAGE plpgsql SET search_path = ganira, pg_temp AS $$
BEGIN
    DELETE FROM opt_out AS o
    USING unnest(p_place, p_tenant, p_contact, p_args) AS a (place, tenant_id, contact_id, args)
    WHERE o.tenant_id = a.tenant_id AND o.contact_id = a.contact_id AND o.channel = a.args ->> 'channel'
      AND o.purpose = coalesce(a.args ->> 'purpose', o.purpose);
    RETURN cardinality(p_place);
END
$$;

CREATE FUNCTION ganira.inspect_opt_in(p_place int[], p_tenant bigint[], p_contact bigint[], p_args jsonb[])
RETURNS TABLE (place int, outcome text)
LANGUAGE sql STABLE SET search_path = ganira, pg_temp AS $$ SELECT NULL::int, NULL::text WHERE false $$;

DO $$
DECLARE
    signature text;
BEGIN
    FOREACH signature IN ARRAY ARRAY[
        'tenant_rules()', 'sender_ids()', 'opted_out(bigint, bigint, text, text)',
        'effect_opt_out(int[], bigint[], bigint[], jsonb[])', 'inspect_opt_out(int[], bigint[], bigint[], jsonb[])',
        'effect_opt_in(int[], bigint[], bigint[], jsonb[])', 'inspect_opt_in(int[], bigint[], bigint[], jsonb[])'
    ] LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION ganira.%s FROM PUBLIC', signature);
        EXECUTE format('ALTER FUNCTION ganira.%s OWNER TO ganira_commit', signature);
        IF signature NOT LIKE 'effect\_%' AND signature NOT LIKE 'inspect\_%' THEN
            EXECUTE format('GRANT EXECUTE ON FUNCTION ganira.%s TO ganira_engine', signature);
        END IF;
    END LOOP;
END
$$;

-- What a person stopped holds for her, not for a number of ours: when a code shows that two contacts are one person, it goes along.
CREATE FUNCTION ganira.join_opt_outs() RETURNS trigger
LANGUAGE plpgsql SET search_path = ganira, pg_temp AS $$
BEGIN
    INSERT INTO opt_out (tenant_id, contact_id, channel, purpose, source, at)
        SELECT tenant_id, NEW.into_id, channel, purpose, source, at FROM opt_out
        WHERE tenant_id = NEW.tenant_id AND contact_id = NEW.contact_id
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION ganira.join_opt_outs() FROM PUBLIC;
ALTER FUNCTION ganira.join_opt_outs() OWNER TO ganira_commit;
CREATE TRIGGER join_opt_outs AFTER INSERT OR UPDATE ON ganira.contact_join FOR EACH ROW EXECUTE FUNCTION ganira.join_opt_outs();

-- What a person stopped: channel and purpose.
CREATE FUNCTION ganira.opt_outs(p_tenant bigint, p_contact bigint) RETURNS TABLE (channel text, purpose text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = ganira, pg_temp AS $$
    SELECT channel, purpose FROM opt_out WHERE tenant_id = p_tenant AND contact_id = p_contact
$$;
REVOKE ALL ON FUNCTION ganira.opt_outs(bigint, bigint) FROM PUBLIC;
ALTER FUNCTION ganira.opt_outs(bigint, bigint) OWNER TO ganira_commit;
GRANT EXECUTE ON FUNCTION ganira.opt_outs(bigint, bigint) TO ganira_engine;
