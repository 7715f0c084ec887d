/**
 * Changes of conversations, each one statement and so one transaction. A change has a token: one that is
 * sent again, because its outcome was lost with a connection, is recognised by it. Each function locks
 * the conversation first, then its turns.
 */
export const changeFunctions = `
  -- Whether nobody may see it any more.
  CREATE FUNCTION fairlead.is_over_1(c fairlead.conversations, p_now bigint, p_ttl bigint)
  RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT c.removed OR (c.running IS NULL AND NOT c.legal_hold
      AND COALESCE(p_now >= COALESCE(c.expires_ms, c.touched_ms + p_ttl), false))
  $$;

  CREATE FUNCTION fairlead.put_texts_1(p_conversation bigint, p_seq integer, p_turn jsonb)
  RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO fairlead.turn_texts AS t (conversation, seq, body, output)
    VALUES (p_conversation, p_seq, p_turn ->> 'body', p_turn ->> 'output')
    ON CONFLICT (conversation, seq) DO UPDATE SET body = EXCLUDED.body, output = EXCLUDED.output;
    INSERT INTO fairlead.turn_items (conversation, item, seq)
    SELECT p_conversation, item, p_seq FROM jsonb_array_elements_text(p_turn -> 'items') AS item
    ON CONFLICT DO NOTHING;
    IF p_turn ->> 'outline' IS NOT NULL THEN
      INSERT INTO fairlead.turn_outlines (conversation, seq, version, outline)
      VALUES (p_conversation, p_seq, (p_turn ->> 'version')::integer, p_turn ->> 'outline')
      ON CONFLICT (conversation, seq)
      DO UPDATE SET version = EXCLUDED.version, outline = EXCLUDED.outline;
    END IF;
  END $$;

  CREATE FUNCTION fairlead.add_turn_1(p_conversation bigint, p_turn jsonb, p_token uuid, p_member text)
  RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    v_seq integer := (p_turn ->> 'seq')::integer;
    v_running boolean := p_turn ->> 'status' = 'in_progress';
    v_before record;
    v_far record;
    v_farther integer := 0;
    v_jump integer;
  BEGIN
    -- As childNode of tree-node.ts has it; 0 stands before every root.
    SELECT seq, jump, depth INTO v_before FROM fairlead.turns
    WHERE conversation = p_conversation AND id = p_turn ->> 'parent';
    IF NOT FOUND THEN
      SELECT 0 AS seq, 0 AS jump, 0 AS depth INTO v_before;
    END IF;
    SELECT seq, jump, depth INTO v_far FROM fairlead.turns
    WHERE conversation = p_conversation AND seq = v_before.jump;
    IF NOT FOUND THEN
      SELECT 0 AS seq, 0 AS jump, 0 AS depth INTO v_far;
    END IF;
    SELECT depth INTO v_farther FROM fairlead.turns
    WHERE conversation = p_conversation AND seq = v_far.jump;
    v_jump := CASE
      WHEN v_before.depth - v_far.depth = v_far.depth - COALESCE(v_farther, 0) THEN v_far.jump
      ELSE v_before.seq END;
    INSERT INTO fairlead.turns (conversation, seq, id, parent, jump, depth, status, idempotency_key,
      request_digest, instructed_by, member, change)
    VALUES (p_conversation, v_seq, p_turn ->> 'id', v_before.seq, v_jump, v_before.depth + 1,
      p_turn ->> 'status', p_turn ->> 'key', p_turn ->> 'digest', p_turn ->> 'instructed_by',
      CASE WHEN v_running THEN p_member END, p_token);
    PERFORM fairlead.put_texts_1(p_conversation, v_seq, p_turn);
    IF v_running THEN
      UPDATE fairlead.conversations SET running = v_seq WHERE number = p_conversation;
    END IF;
  END $$;

  CREATE FUNCTION fairlead.append_1(p_tenant text, p_id text, p_expected bigint, p_now bigint,
    p_ttl bigint, p_token uuid, p_member text, p_change jsonb) RETURNS text
  LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
  DECLARE
    c fairlead.conversations;
    v_found boolean;
    v_live boolean;
    v_turn jsonb;
    v_seq integer;
    v_stored boolean;
    v_plan jsonb := p_change -> 'plan';
  BEGIN
    SELECT * INTO c FROM fairlead.conversations WHERE tenant = p_tenant AND id = p_id
    FOR NO KEY UPDATE;
    v_found := FOUND;
    v_live := v_found AND NOT fairlead.is_over_1(c, p_now, p_ttl);
    IF v_live THEN
      -- Sent again: others may have changed it since.
      v_stored := c.change = p_token OR EXISTS (SELECT 1 FROM fairlead.turns
        WHERE conversation = c.number AND id = p_change #>> '{turns,0,id}' AND change = p_token);
      IF v_stored THEN RETURN 'stored'; END IF;
    ELSIF p_expected IS NOT NULL THEN
      RETURN 'missing';
    END IF;
    IF (CASE WHEN v_live THEN c.revision END) IS DISTINCT FROM p_expected THEN
      RETURN 'conflict';
    END IF;
    IF v_live AND c.running IS NOT NULL AND jsonb_array_length(p_change -> 'turns') > 0 THEN
      RETURN 'locked';
    END IF;
    IF v_live THEN
      UPDATE fairlead.conversations SET revision = n.revision, touched_ms = p_now,
        expires_ms = n.expires_ms, legal_hold = n.legal_hold, subject = n.subject,
        metadata = n.metadata, head = n.head, branch = n.branch, branches = n.branches,
        pinned = n.pinned, change = p_token, body = n.body,
        epoch = CASE WHEN (p_change ->> 'keeps_epoch')::boolean THEN conversations.epoch
          ELSE n.epoch END
      FROM jsonb_populate_record(NULL::fairlead.conversations, p_change -> 'conversation') AS n
      WHERE conversations.number = c.number;
    ELSE
      IF v_found THEN
        DELETE FROM fairlead.conversations WHERE number = c.number;
      END IF;
      INSERT INTO fairlead.conversations (tenant, id, revision, touched_ms, expires_ms, legal_hold,
        subject, metadata, head, branch, branches, pinned, change, epoch, body)
      SELECT p_tenant, p_id, n.revision, p_now, n.expires_ms, n.legal_hold, n.subject, n.metadata,
        n.head, n.branch, n.branches, n.pinned, p_token, n.epoch, n.body
      FROM jsonb_populate_record(NULL::fairlead.conversations, p_change -> 'conversation') AS n
      ON CONFLICT (tenant, id) DO NOTHING
      RETURNING number INTO c.number;
      IF NOT FOUND THEN RETURN 'conflict'; END IF;
    END IF;
    FOR v_turn IN SELECT value FROM jsonb_array_elements(p_change -> 'turns') LOOP
      PERFORM fairlead.add_turn_1(c.number, v_turn, p_token, p_member);
    END LOOP;
    FOR v_turn IN SELECT value FROM jsonb_array_elements(p_change -> 'rewritten') LOOP
      UPDATE fairlead.turns SET status = v_turn ->> 'status'
      WHERE conversation = c.number AND id = v_turn ->> 'id' RETURNING seq INTO v_seq;
      IF FOUND THEN
        DELETE FROM fairlead.turn_items WHERE conversation = c.number AND seq = v_seq
          AND item <> ALL (ARRAY(SELECT jsonb_array_elements_text(v_turn -> 'items')));
        PERFORM fairlead.put_texts_1(c.number, v_seq, v_turn);
      END IF;
    END LOOP;
    IF jsonb_typeof(v_plan) = 'object' THEN
      INSERT INTO fairlead.plans (conversation, tenant, id, body)
      VALUES (c.number, p_tenant, v_plan ->> 'id', v_plan ->> 'body');
      DELETE FROM fairlead.plans WHERE conversation = c.number AND number <= (
        SELECT number FROM fairlead.plans WHERE conversation = c.number
        ORDER BY number DESC OFFSET (p_change ->> 'plans_max')::integer LIMIT 1);
    END IF;
    RETURN 'stored';
  END $$;

  -- With a dead member's name, ends its turn unless it has come back.
  CREATE FUNCTION fairlead.finish_1(p_tenant text, p_id text, p_now bigint, p_token uuid, p_dead text,
    p_change jsonb) RETURNS text
  LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
  DECLARE
    c fairlead.conversations;
    t fairlead.turns;
    v_turn jsonb := p_change -> 'turn';
    v_epoch text := p_change ->> 'epoch';
  BEGIN
    SELECT * INTO c FROM fairlead.conversations WHERE tenant = p_tenant AND id = p_id
    FOR NO KEY UPDATE;
    IF NOT FOUND OR c.removed THEN RETURN 'missing'; END IF;
    SELECT * INTO t FROM fairlead.turns WHERE conversation = c.number AND id = v_turn ->> 'id'
    FOR NO KEY UPDATE;
    IF NOT FOUND THEN RETURN 'missing'; END IF;
    IF t.status <> 'in_progress' THEN
      RETURN CASE WHEN t.change = p_token THEN 'stored' ELSE 'ended' END;
    END IF;
    IF p_dead IS NOT NULL AND (t.member <> p_dead OR fairlead.is_alive_1(p_dead)) THEN
      RETURN 'ended';
    END IF;
    UPDATE fairlead.turns SET status = v_turn ->> 'status', member = NULL, change = p_token
    WHERE conversation = c.number AND seq = t.seq;
    PERFORM fairlead.put_texts_1(c.number, t.seq, v_turn);
    UPDATE fairlead.conversations SET touched_ms = CASE WHEN p_dead IS NULL THEN p_now
        ELSE touched_ms END,
      running = NULL,
      epoch = CASE WHEN v_epoch IS NOT NULL AND head = t.id THEN v_epoch ELSE epoch END
    WHERE number = c.number;
    IF p_change ->> 'plan' IS NOT NULL THEN
      UPDATE fairlead.plans SET body = p_change ->> 'plan'
      WHERE tenant = p_tenant AND id = p_change ->> 'plan_id';
    END IF;
    RETURN 'stored';
  END $$;

  CREATE FUNCTION fairlead.flush_1(p_outputs jsonb) RETURNS void
  LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
  DECLARE
    v record;
    v_seq integer;
  BEGIN
    -- In one order, so that two of them never wait for each other.
    FOR v IN SELECT c.number, o.turn, o.output FROM
        jsonb_to_recordset(p_outputs) AS o (tenant text, conversation text, turn text, output text)
      JOIN fairlead.conversations c ON c.tenant = o.tenant AND c.id = o.conversation
      ORDER BY c.number LOOP
      SELECT seq INTO v_seq FROM fairlead.turns
      WHERE conversation = v.number AND id = v.turn AND status = 'in_progress' FOR NO KEY UPDATE;
      IF FOUND THEN
        UPDATE fairlead.turn_texts SET output = v.output
        WHERE conversation = v.number AND seq = v_seq;
      END IF;
    END LOOP;
  END $$;

  CREATE FUNCTION fairlead.remove_1(p_tenant text, p_id text, p_now bigint, p_ttl bigint)
  RETURNS TABLE (outcome text, conversation bigint)
  LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
  DECLARE
    c fairlead.conversations;
  BEGIN
    SELECT * INTO c FROM fairlead.conversations WHERE tenant = p_tenant AND id = p_id
    FOR NO KEY UPDATE;
    IF NOT FOUND OR fairlead.is_over_1(c, p_now, p_ttl) THEN
      RETURN QUERY SELECT 'missing', NULL::bigint;
    ELSIF c.legal_hold THEN
      RETURN QUERY SELECT 'held', NULL::bigint;
    ELSE
      UPDATE fairlead.conversations SET removed = true WHERE number = c.number;
      RETURN QUERY SELECT 'removed', c.number;
    END IF;
  END $$;

  CREATE FUNCTION fairlead.expire_1(p_now bigint, p_ttl bigint, p_max integer) RETURNS SETOF bigint
  LANGUAGE sql AS $$
    WITH by_age AS (SELECT number FROM fairlead.conversations
        WHERE expires_ms IS NULL AND NOT legal_hold AND NOT removed AND running IS NULL
          AND touched_ms <= p_now - p_ttl
        LIMIT p_max FOR NO KEY UPDATE SKIP LOCKED),
      by_time AS (SELECT number FROM fairlead.conversations
        WHERE expires_ms IS NOT NULL AND NOT legal_hold AND NOT removed AND running IS NULL
          AND expires_ms <= p_now
        LIMIT p_max FOR NO KEY UPDATE SKIP LOCKED)
    UPDATE fairlead.conversations SET removed = true WHERE number IN (
      SELECT number FROM by_age UNION ALL SELECT number FROM by_time LIMIT p_max)
    RETURNING number
  $$;

  CREATE FUNCTION fairlead.remove_subject_1(p_tenant text, p_subject text, p_owner text, p_max integer)
  RETURNS TABLE (conversations bigint[], turns bigint, plans bigint, responses bigint, held bigint,
    more boolean)
  LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
  #variable_conflict use_column
  DECLARE
    v_numbers bigint[];
    v_ids text[];
    v_responses bigint;
    v_more boolean;
  BEGIN
    SELECT array_agg(number), array_agg(id) INTO v_numbers, v_ids FROM (
      SELECT number, id FROM fairlead.conversations
      WHERE tenant = p_tenant AND subject = p_subject AND NOT legal_hold AND NOT removed
      ORDER BY number LIMIT p_max FOR NO KEY UPDATE) AS chosen;
    v_numbers := COALESCE(v_numbers, '{}');
    UPDATE fairlead.conversations SET removed = true WHERE number = ANY (v_numbers);
    DELETE FROM fairlead.responses WHERE tenant = p_tenant AND conversation = ANY (v_ids);
    GET DIAGNOSTICS v_responses = ROW_COUNT;
    v_more := EXISTS (SELECT 1 FROM fairlead.conversations
      WHERE tenant = p_tenant AND subject = p_subject AND NOT legal_hold AND NOT removed);
    IF NOT v_more THEN
      DELETE FROM fairlead.records WHERE tenant = p_tenant AND owner = p_owner;
    END IF;
    RETURN QUERY SELECT v_numbers,
      (SELECT count(*) FROM fairlead.turns WHERE conversation = ANY (v_numbers)),
      (SELECT count(*) FROM fairlead.plans WHERE conversation = ANY (v_numbers)),
      v_responses,
      (SELECT count(*) FROM fairlead.conversations
        WHERE tenant = p_tenant AND subject = p_subject AND legal_hold AND NOT removed),
      v_more;
  END $$;

  -- Deletes a part of a removed conversation. Whether something is left.
  CREATE FUNCTION fairlead.remove_step_1(p_conversation bigint, p_turns integer) RETURNS boolean
  LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
  DECLARE
    v_last integer;
    v_records bigint;
  BEGIN
    PERFORM 1 FROM fairlead.conversations WHERE number = p_conversation AND removed FOR UPDATE;
    IF NOT FOUND THEN RETURN false; END IF;
    DELETE FROM fairlead.records WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM fairlead.records WHERE conversation = p_conversation LIMIT p_turns));
    GET DIAGNOSTICS v_records = ROW_COUNT;
    IF v_records = p_turns THEN RETURN true; END IF;
    SELECT max(seq) INTO v_last FROM (SELECT seq FROM fairlead.turns
      WHERE conversation = p_conversation ORDER BY seq LIMIT p_turns) AS part;
    IF v_last IS NULL THEN
      DELETE FROM fairlead.conversations WHERE number = p_conversation;
      RETURN false;
    END IF;
    DELETE FROM fairlead.turn_texts WHERE conversation = p_conversation AND seq <= v_last;
    DELETE FROM fairlead.turn_outlines WHERE conversation = p_conversation AND seq <= v_last;
    DELETE FROM fairlead.turns WHERE conversation = p_conversation AND seq <= v_last;
    RETURN true;
  END $$;`
