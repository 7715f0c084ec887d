/** What is done with records. */
export const recordFunctions = `
  -- A conversation that is being removed is deleted in steps, and seen by nobody meanwhile.
  CREATE FUNCTION fairlead.is_kept_1(r fairlead.records, p_now bigint) RETURNS boolean
  LANGUAGE sql STABLE AS $$
    SELECT COALESCE(r.expires_ms > p_now, true) AND (r.conversation IS NULL OR EXISTS (
      SELECT 1 FROM fairlead.conversations c WHERE c.number = r.conversation AND NOT c.removed))
  $$;

  -- 'stored', 'stale', or 'full' where it would grow by more than there is room for.
  CREATE FUNCTION fairlead.put_record_1(p_tenant text, p_owner text, p_kind text, p_id text,
    p_of_conversation boolean, p_expected integer, p_expires bigint, p_body text, p_now bigint,
    p_ttl bigint, p_token uuid, p_room bigint)
  RETURNS TABLE (outcome text, before bigint)
  LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
  DECLARE
    r fairlead.records;
    v_conversation bigint;
    v_found boolean;
    v_before bigint;
  BEGIN
    IF p_of_conversation THEN
      SELECT c.number INTO v_conversation FROM fairlead.conversations c
      WHERE c.tenant = p_tenant AND c.id = p_owner AND NOT fairlead.is_over_1(c, p_now, p_ttl)
      FOR KEY SHARE;
      IF NOT FOUND THEN
        RETURN QUERY SELECT 'stale', 0::bigint;
        RETURN;
      END IF;
    END IF;
    SELECT * INTO r FROM fairlead.records
    WHERE tenant = p_tenant AND owner = p_owner AND kind = p_kind AND id = p_id FOR UPDATE;
    v_found := FOUND;
    v_before := COALESCE(r.bytes, 0);
    IF v_found AND r.change = p_token THEN
      RETURN QUERY SELECT 'stored', octet_length(p_body)::bigint;
    ELSIF (CASE WHEN v_found AND fairlead.is_kept_1(r, p_now) THEN r.version END)
        IS DISTINCT FROM p_expected THEN
      RETURN QUERY SELECT 'stale', 0::bigint;
    ELSIF octet_length(p_body) > v_before AND octet_length(p_body) - v_before > p_room THEN
      RETURN QUERY SELECT 'full', v_before;
    ELSIF v_found THEN
      UPDATE fairlead.records SET conversation = v_conversation, change = p_token, body = p_body,
        version = COALESCE(p_expected, 0) + 1, expires_ms = p_expires
      WHERE tenant = p_tenant AND owner = p_owner AND kind = p_kind AND id = p_id;
      RETURN QUERY SELECT 'stored', v_before;
    ELSE
      INSERT INTO fairlead.records
        (tenant, owner, kind, id, conversation, version, expires_ms, change, body)
      VALUES (p_tenant, p_owner, p_kind, p_id, v_conversation, 1, p_expires, p_token, p_body)
      ON CONFLICT (tenant, owner, kind, id) DO NOTHING;
      RETURN QUERY SELECT CASE WHEN FOUND THEN 'stored' ELSE 'stale' END, 0::bigint;
    END IF;
  END $$;

  -- Records of an owner, or of a kind where no owner is named, until they are too many bytes.
  CREATE FUNCTION fairlead.record_page_1(p_kind text, p_of_owner boolean, p_tenant text, p_owner text,
    p_id text, p_now bigint, p_max integer, p_bytes_max bigint) RETURNS SETOF fairlead.records
  LANGUAGE plpgsql STABLE AS $$
  DECLARE
    r fairlead.records;
    v_bytes bigint := 0;
    v_count integer := 0;
  BEGIN
    FOR r IN
      (SELECT * FROM fairlead.records x WHERE p_of_owner AND x.tenant = p_tenant
        AND x.owner = p_owner AND x.kind = p_kind AND x.id > p_id ORDER BY x.id)
      UNION ALL
      (SELECT * FROM fairlead.records x WHERE NOT p_of_owner AND x.kind = p_kind
        AND (x.tenant, x.owner, x.id) > (p_tenant, p_owner, p_id)
        ORDER BY x.tenant, x.owner, x.id)
    LOOP
      CONTINUE WHEN NOT fairlead.is_kept_1(r, p_now);
      v_bytes := v_bytes + r.bytes;
      EXIT WHEN v_count > 0 AND v_bytes > p_bytes_max;
      v_count := v_count + 1;
      RETURN NEXT r;
      EXIT WHEN v_count = p_max;
    END LOOP;
  END $$;

  -- Whether there was room for a change; nothing stays of it.
  CREATE FUNCTION fairlead.probe_1(p_bytes text) RETURNS void LANGUAGE plpgsql
  SET lock_timeout = '2s' AS $$
  BEGIN
    INSERT INTO fairlead.probe (bytes) VALUES (p_bytes);
    DELETE FROM fairlead.probe;
  END $$;

  -- False where somebody else has learnt in between.
  CREATE FUNCTION fairlead.put_factor_1(p_model text, p_known bigint, p_body text, p_max integer)
  RETURNS boolean LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
  DECLARE
    v_number bigint := nextval('fairlead.factor_numbers');
  BEGIN
    IF p_known IS NULL THEN
      INSERT INTO fairlead.factors (model, number, body) VALUES (p_model, v_number, p_body)
      ON CONFLICT (model) DO NOTHING;
    ELSE
      UPDATE fairlead.factors SET number = v_number, body = p_body
      WHERE model = p_model AND number = p_known;
    END IF;
    IF NOT FOUND THEN RETURN false; END IF;
    DELETE FROM fairlead.factors WHERE number <= (
      SELECT number FROM fairlead.factors ORDER BY number DESC OFFSET p_max LIMIT 1);
    RETURN true;
  END $$;`
