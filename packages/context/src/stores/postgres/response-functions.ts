/** What is done with kept responses and answers. */
export const responseFunctions = `
  CREATE FUNCTION fairlead.is_running_1(p_status text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT p_status IN ('queued', 'in_progress')
  $$;

  CREATE FUNCTION fairlead.add_frames_1(p_tenant text, p_id text, p_known integer, p_first integer,
    p_frames text[]) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    v_skipped integer := GREATEST(0, p_known - p_first);
    v_added text[] := p_frames[v_skipped + 1:];
  BEGIN
    IF cardinality(v_added) = 0 THEN RETURN; END IF;
    INSERT INTO fairlead.response_frames (tenant, response, number, frame)
    SELECT p_tenant, p_id, p_known + f.place - 1, f.frame
    FROM unnest(v_added) WITH ORDINALITY AS f (frame, place);
    UPDATE fairlead.responses SET frames = p_known + cardinality(v_added),
      frame_bytes = frame_bytes + (SELECT sum(octet_length(f)) FROM unnest(v_added) AS f)
    WHERE tenant = p_tenant AND id = p_id;
  END $$;

  -- By how many bytes they have grown.
  CREATE FUNCTION fairlead.flush_responses_1(p_now bigint, p_ttl bigint, p_progress jsonb)
  RETURNS bigint LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
  DECLARE
    v record;
    r fairlead.responses;
    v_bytes bigint;
    v_grown bigint := 0;
  BEGIN
    -- In one order, so that two of them never wait for each other.
    FOR v IN SELECT * FROM jsonb_to_recordset(p_progress) AS
      p (tenant text, id text, output text, first integer, frames text[]) ORDER BY tenant, id LOOP
      SELECT * INTO r FROM fairlead.responses WHERE tenant = v.tenant AND id = v.id
        AND fairlead.is_running_1(status) FOR NO KEY UPDATE;
      CONTINUE WHEN NOT FOUND;
      PERFORM fairlead.add_frames_1(v.tenant, v.id, r.frames, v.first, v.frames);
      UPDATE fairlead.responses SET status = 'in_progress', output = COALESCE(v.output, output)
      WHERE tenant = v.tenant AND id = v.id RETURNING bytes INTO v_bytes;
      v_grown := v_grown + v_bytes - r.bytes;
    END LOOP;
    RETURN v_grown;
  END $$;

  CREATE FUNCTION fairlead.finish_response_1(p_tenant text, p_id text, p_now bigint, p_ttl bigint,
    p_token uuid, p_end jsonb, p_frames text[], p_items text[])
  RETURNS TABLE (outcome text, grown bigint)
  LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
  DECLARE
    r fairlead.responses;
    v_bytes bigint;
  BEGIN
    SELECT * INTO r FROM fairlead.responses WHERE tenant = p_tenant AND id = p_id FOR NO KEY UPDATE;
    IF FOUND AND r.change = p_token THEN
      RETURN QUERY SELECT 'stored', 0::bigint;
      RETURN;
    ELSIF NOT FOUND OR (NOT fairlead.is_running_1(r.status) AND p_now - r.touched_ms >= p_ttl) THEN
      RETURN QUERY SELECT 'missing', 0::bigint;
      RETURN;
    ELSIF NOT fairlead.is_running_1(r.status) THEN
      RETURN QUERY SELECT 'ended', 0::bigint;
      RETURN;
    END IF;
    PERFORM fairlead.add_frames_1(p_tenant, p_id, r.frames, (p_end ->> 'first')::integer, p_frames);
    UPDATE fairlead.responses SET status = p_end ->> 'status',
      completed_at = (p_end ->> 'completed_at')::bigint, error = p_end ->> 'error',
      answered_by = p_end ->> 'answered_by', touched_ms = p_now, body = p_end ->> 'body',
      output = p_end ->> 'output', member = NULL, change = p_token
    WHERE tenant = p_tenant AND id = p_id RETURNING bytes INTO v_bytes;
    INSERT INTO fairlead.response_items (tenant, item, response)
    SELECT DISTINCT p_tenant, item, p_id FROM unnest(p_items) AS item
    ON CONFLICT (tenant, item) DO UPDATE SET response = EXCLUDED.response;
    RETURN QUERY SELECT 'stored', v_bytes - r.bytes;
  END $$;

  -- The status and the number of frames, then frames until they are too many bytes.
  CREATE FUNCTION fairlead.frames_1(p_tenant text, p_id text, p_now bigint, p_ttl bigint,
    p_from integer, p_bytes_max bigint)
  RETURNS TABLE (status text, frames integer, frame text) LANGUAGE plpgsql STABLE AS $$
  #variable_conflict use_column
  DECLARE
    r fairlead.responses;
    v text;
    v_bytes bigint := 0;
    v_first boolean := true;
  BEGIN
    SELECT * INTO r FROM fairlead.responses WHERE tenant = p_tenant AND id = p_id;
    IF NOT FOUND OR (NOT fairlead.is_running_1(r.status) AND p_now - r.touched_ms >= p_ttl) THEN
      RETURN;
    END IF;
    RETURN QUERY SELECT r.status, r.frames, NULL::text;
    FOR v IN SELECT f.frame FROM fairlead.response_frames f
      WHERE f.tenant = p_tenant AND f.response = p_id AND f.number >= p_from ORDER BY f.number LOOP
      v_bytes := v_bytes + octet_length(v);
      EXIT WHEN NOT v_first AND v_bytes > p_bytes_max;
      v_first := false;
      RETURN QUERY SELECT NULL::text, NULL::integer, v;
    END LOOP;
  END $$;

  -- Ids of a response and those that it continues, the newest first, measured before they are read.
  CREATE FUNCTION fairlead.chain_1(p_tenant text, p_id text, p_now bigint, p_ttl bigint,
    p_max integer, p_bytes_max bigint) RETURNS TABLE (outcome text, ids text[])
  LANGUAGE plpgsql STABLE AS $$
  DECLARE
    v_next text := p_id;
    v_ids text[] := '{}';
    v_bytes bigint := 0;
    v record;
  BEGIN
    WHILE v_next IS NOT NULL LOOP
      SELECT r.previous, octet_length(r.input) + octet_length(r.output) AS bytes INTO v
      FROM fairlead.responses r WHERE r.tenant = p_tenant AND r.id = v_next
        AND (fairlead.is_running_1(r.status) OR p_now - r.touched_ms < p_ttl);
      IF NOT FOUND THEN
        RETURN QUERY SELECT 'missing', ARRAY[v_next];
        RETURN;
      END IF;
      v_ids := v_ids || v_next;
      v_bytes := v_bytes + v.bytes;
      IF cardinality(v_ids) > p_max OR v_bytes > p_bytes_max THEN
        RETURN QUERY SELECT 'too-long', '{}'::text[];
        RETURN;
      END IF;
      v_next := v.previous;
    END LOOP;
    RETURN QUERY SELECT 'found', v_ids;
  END $$;

  -- The answer that there is under the key; none where this one was begun. An expired one makes way.
  CREATE FUNCTION fairlead.begin_answer_1(p_tenant text, p_key text, p_id text, p_digest text,
    p_response text, p_created bigint, p_now bigint, p_expired bigint, p_member text, p_output text)
  RETURNS SETOF fairlead.answers LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
  DECLARE
    a fairlead.answers;
  BEGIN
    LOOP
      DELETE FROM fairlead.answers WHERE tenant = p_tenant AND key = p_key
        AND whole IS NOT NULL AND touched_ms <= p_expired;
      INSERT INTO fairlead.answers
        (tenant, key, id, digest, response, created_at, touched_ms, member, output)
      VALUES (p_tenant, p_key, p_id, p_digest, p_response, p_created, p_now, p_member, p_output)
      ON CONFLICT (tenant, key) DO NOTHING;
      IF FOUND THEN RETURN; END IF;
      SELECT * INTO a FROM fairlead.answers WHERE tenant = p_tenant AND key = p_key;
      -- It may have been dropped in between.
      IF FOUND THEN
        -- One with this id was begun by the same call, which is sent again.
        IF a.id <> p_id THEN RETURN NEXT a; END IF;
        RETURN;
      END IF;
    END LOOP;
  END $$;`
