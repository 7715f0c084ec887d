/** What is read of conversations and turns: each function sees one moment. */
export const readingFunctions = `
  -- The number of a conversation that may be seen.
  CREATE FUNCTION fairlead.live_1(p_tenant text, p_id text, p_now bigint, p_ttl bigint)
  RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT c.number FROM fairlead.conversations c
    WHERE c.tenant = p_tenant AND c.id = p_id AND NOT fairlead.is_over_1(c, p_now, p_ttl)
  $$;

  -- As ancestorAt of tree-node.ts has it.
  CREATE FUNCTION fairlead.ancestor_at_1(p_conversation bigint, p_seq integer, p_depth integer)
  RETURNS integer LANGUAGE plpgsql STABLE AS $$
  DECLARE
    v record;
    v_far record;
  BEGIN
    SELECT seq, parent, jump, depth INTO v FROM fairlead.turns
    WHERE conversation = p_conversation AND seq = p_seq;
    WHILE v.depth > p_depth LOOP
      SELECT seq, parent, jump, depth INTO v_far FROM fairlead.turns
      WHERE conversation = p_conversation AND seq = v.jump;
      IF FOUND AND v_far.depth >= p_depth THEN
        v := v_far;
      ELSE
        SELECT seq, parent, jump, depth INTO v FROM fairlead.turns
        WHERE conversation = p_conversation AND seq = v.parent;
      END IF;
    END LOOP;
    RETURN v.seq;
  END $$;

  -- The seqs of the end of the path to a turn, oldest first.
  CREATE FUNCTION fairlead.path_to_1(p_conversation bigint, p_seq integer, p_max integer)
  RETURNS integer[] LANGUAGE sql STABLE AS $$
    WITH RECURSIVE path (seq, parent, length) AS (
      SELECT t.seq, t.parent, 1 FROM fairlead.turns t
      WHERE t.conversation = p_conversation AND t.seq = p_seq AND p_max > 0
      UNION ALL
      SELECT t.seq, t.parent, length + 1 FROM path
      JOIN fairlead.turns t ON t.conversation = p_conversation AND t.seq = path.parent
      WHERE length < p_max)
    SELECT COALESCE(array_agg(path.seq ORDER BY path.seq), '{}') FROM path
  $$;

  CREATE FUNCTION fairlead.texts_1(p_conversation bigint, p_seqs integer[])
  RETURNS TABLE (seq integer, status text, body text, output text) LANGUAGE sql STABLE AS $$
    SELECT t.seq, t.status, x.body, x.output FROM fairlead.turns t
    JOIN fairlead.turn_texts x ON x.conversation = t.conversation AND x.seq = t.seq
    WHERE t.conversation = p_conversation AND t.seq = ANY (p_seqs) ORDER BY t.seq
  $$;

  -- A row with the conversation and the places of turns, then the turns.
  CREATE FUNCTION fairlead.basis_1(p_tenant text, p_id text, p_now bigint, p_ttl bigint,
    p_branch text, p_path_max integer, p_key text, p_digest text, p_digests integer)
  RETURNS TABLE (seq integer, status text, body text, output text, path integer[], pinned integer[],
    running integer, instructing integer, keyed integer, repeated integer)
  LANGUAGE plpgsql STABLE AS $$
  #variable_conflict use_column
  DECLARE
    c fairlead.conversations;
    v_branch text;
    v_head text;
    v_end record;
    v_path integer[] := '{}';
    v_pinned integer[] := '{}';
    v_instructing integer;
    v_keyed integer;
    v_repeated integer;
  BEGIN
    SELECT * INTO c FROM fairlead.conversations WHERE tenant = p_tenant AND id = p_id;
    IF NOT FOUND OR fairlead.is_over_1(c, p_now, p_ttl) THEN RETURN; END IF;
    v_branch := COALESCE(p_branch, c.branch);
    v_head := CASE WHEN c.branches ? v_branch THEN c.branches ->> v_branch
      WHEN v_branch = c.branch THEN c.head END;
    SELECT t.seq, t.depth, t.instructed_by INTO v_end FROM fairlead.turns t
    WHERE t.conversation = c.number AND t.id = v_head;
    IF FOUND THEN
      v_path := fairlead.path_to_1(c.number, v_end.seq, p_path_max);
      IF cardinality(v_path) > 0 THEN
        SELECT t.seq INTO v_instructing FROM fairlead.turns t WHERE t.conversation = c.number
          AND t.id = v_end.instructed_by AND t.seq <> ALL (v_path);
      END IF;
      IF cardinality(c.pinned) > 0 THEN
        v_pinned := ARRAY(SELECT t.seq FROM fairlead.turns t
          WHERE t.conversation = c.number AND t.id = ANY (c.pinned)
            AND t.depth <= v_end.depth - p_path_max
            AND fairlead.ancestor_at_1(c.number, v_end.seq, t.depth) = t.seq
          ORDER BY t.seq);
      END IF;
    END IF;
    IF p_key IS NOT NULL THEN
      SELECT max(t.seq) INTO v_keyed FROM fairlead.turns t
      WHERE t.conversation = c.number AND t.idempotency_key = p_key;
    END IF;
    IF p_digest IS NOT NULL THEN
      SELECT max(n.seq) INTO v_repeated FROM (SELECT t.seq, t.request_digest FROM fairlead.turns t
        WHERE t.conversation = c.number ORDER BY t.seq DESC LIMIT p_digests) AS n
      WHERE n.request_digest = p_digest;
    END IF;
    RETURN QUERY SELECT 0, NULL::text, c.body, c.epoch, v_path, v_pinned, c.running, v_instructing,
      v_keyed, v_repeated;
    RETURN QUERY SELECT x.seq, x.status, x.body, x.output, NULL::integer[], NULL::integer[],
      NULL::integer, NULL::integer, NULL::integer, NULL::integer
    FROM fairlead.texts_1(c.number,
      v_path || v_pinned || c.running || v_instructing || v_keyed || v_repeated) AS x;
  END $$;

  -- Turns by seq, whatever their branch; one more than asked for, if there is, without its texts.
  CREATE FUNCTION fairlead.turn_page_1(p_tenant text, p_id text, p_now bigint, p_ttl bigint,
    p_limit integer, p_descending boolean, p_after text)
  RETURNS TABLE (outcome text, seq integer, status text, body text, output text)
  LANGUAGE plpgsql STABLE AS $$
  #variable_conflict use_column
  DECLARE
    v_conversation bigint := fairlead.live_1(p_tenant, p_id, p_now, p_ttl);
    v_after integer;
    v_seqs integer[];
  BEGIN
    IF v_conversation IS NULL THEN
      RETURN QUERY SELECT 'missing', 0, ''::text, ''::text, ''::text;
      RETURN;
    END IF;
    IF p_after IS NOT NULL THEN
      SELECT t.seq INTO v_after FROM fairlead.turns t
      WHERE t.conversation = v_conversation AND t.id = p_after;
      IF NOT FOUND THEN
        RETURN QUERY SELECT 'unknown-after', 0, ''::text, ''::text, ''::text;
        RETURN;
      END IF;
    END IF;
    IF p_descending THEN
      v_seqs := ARRAY(SELECT t.seq FROM fairlead.turns t WHERE t.conversation = v_conversation
        AND t.seq < COALESCE(v_after, 2147483647) ORDER BY t.seq DESC LIMIT p_limit + 1);
    ELSE
      v_seqs := ARRAY(SELECT t.seq FROM fairlead.turns t WHERE t.conversation = v_conversation
        AND t.seq > COALESCE(v_after, 0) ORDER BY t.seq LIMIT p_limit + 1);
    END IF;
    RETURN QUERY SELECT 'more', 0, ''::text, ''::text, ''::text
      WHERE cardinality(v_seqs) > p_limit;
    RETURN QUERY SELECT 'found', x.* FROM fairlead.texts_1(v_conversation, v_seqs[:p_limit]) AS x;
  END $$;

  -- Some turns of the path to a turn, from the one after which it goes on, oldest first; with their
  -- depth, and that of the end of the path.
  CREATE FUNCTION fairlead.path_page_1(p_conversation bigint, p_end integer, p_start integer,
    p_max integer, p_descending boolean)
  RETURNS TABLE (outcome text, seq integer, status text, body text, output text, more boolean)
  LANGUAGE plpgsql STABLE AS $$
  #variable_conflict use_column
  DECLARE
    v_depth integer;
    v_last integer;
    v_first integer;
  BEGIN
    SELECT t.depth INTO v_depth FROM fairlead.turns t
    WHERE t.conversation = p_conversation AND t.seq = p_end;
    IF p_descending THEN
      v_last := COALESCE(p_start, v_depth);
      v_first := GREATEST(1, v_last - p_max + 1);
    ELSE
      v_first := COALESCE(p_start, 1);
      v_last := LEAST(v_depth, v_first + p_max - 1);
    END IF;
    RETURN QUERY SELECT 'found', x.seq, x.status, x.body, x.output,
      CASE WHEN p_descending THEN v_first > 1 ELSE v_last < v_depth END
    FROM fairlead.texts_1(p_conversation, fairlead.path_to_1(p_conversation,
      fairlead.ancestor_at_1(p_conversation, p_end, v_last), v_last - v_first + 1)) AS x;
  END $$;

  -- A piece of the path to a turn, the head where none is named, from a turn or the turn of an item on.
  CREATE FUNCTION fairlead.path_piece_1(p_tenant text, p_id text, p_now bigint, p_ttl bigint,
    p_to text, p_after_turn text, p_after_item text, p_max integer, p_descending boolean)
  RETURNS TABLE (outcome text, seq integer, status text, body text, output text, more boolean)
  LANGUAGE plpgsql STABLE AS $$
  #variable_conflict use_column
  DECLARE
    c fairlead.conversations;
    v_end record;
    v_start integer;
    v_known boolean;
  BEGIN
    SELECT * INTO c FROM fairlead.conversations WHERE tenant = p_tenant AND id = p_id;
    IF NOT FOUND OR fairlead.is_over_1(c, p_now, p_ttl) THEN
      RETURN QUERY SELECT 'missing', 0, ''::text, ''::text, ''::text, false;
      RETURN;
    END IF;
    IF p_after_turn IS NOT NULL THEN
      PERFORM 1 FROM fairlead.turns t WHERE t.conversation = c.number AND t.id = p_after_turn;
      v_known := FOUND;
    END IF;
    SELECT t.seq, t.depth INTO v_end FROM fairlead.turns t
    WHERE t.conversation = c.number AND t.id = COALESCE(p_to, c.head);
    IF FOUND THEN
      IF p_after_turn IS NOT NULL OR p_after_item IS NOT NULL THEN
        SELECT t.depth INTO v_start FROM fairlead.turns t
        WHERE t.conversation = c.number AND (t.id = p_after_turn OR t.seq IN
            (SELECT i.seq FROM fairlead.turn_items i
             WHERE i.conversation = c.number AND i.item = p_after_item))
          AND t.depth <= v_end.depth
          AND fairlead.ancestor_at_1(c.number, v_end.seq, t.depth) = t.seq
        ORDER BY t.seq DESC LIMIT 1;
        v_known := FOUND;
      END IF;
    ELSIF p_after_item IS NOT NULL THEN
      v_known := false;
    END IF;
    IF NOT v_known THEN
      RETURN QUERY SELECT 'unknown-after', 0, ''::text, ''::text, ''::text, false;
    ELSIF v_end.seq IS NOT NULL THEN
      RETURN QUERY SELECT * FROM
        fairlead.path_page_1(c.number, v_end.seq, v_start, p_max, p_descending);
    END IF;
  END $$;

  -- The turns with an item, newest first, those of the selected branch before others.
  CREATE FUNCTION fairlead.turns_of_item_1(p_tenant text, p_id text, p_now bigint, p_ttl bigint,
    p_item text)
  RETURNS TABLE (seq integer, status text, body text, output text, selected boolean)
  LANGUAGE plpgsql STABLE AS $$
  #variable_conflict use_column
  DECLARE
    c fairlead.conversations;
    v_end record;
  BEGIN
    SELECT * INTO c FROM fairlead.conversations WHERE tenant = p_tenant AND id = p_id;
    IF NOT FOUND OR fairlead.is_over_1(c, p_now, p_ttl) THEN RETURN; END IF;
    SELECT t.seq, t.depth INTO v_end FROM fairlead.turns t
    WHERE t.conversation = c.number AND t.id = c.head;
    RETURN QUERY SELECT t.seq, t.status, x.body, x.output, COALESCE(t.depth <= v_end.depth
      AND fairlead.ancestor_at_1(c.number, v_end.seq, t.depth) = t.seq, false)
    FROM fairlead.turn_items i
    JOIN fairlead.turns t ON t.conversation = i.conversation AND t.seq = i.seq
    JOIN fairlead.turn_texts x ON x.conversation = i.conversation AND x.seq = i.seq
    WHERE i.conversation = c.number AND i.item = p_item ORDER BY t.seq DESC;
  END $$;

  -- Outlines after a seq; the texts of those that must be made anew, of which there are few at a time.
  CREATE FUNCTION fairlead.outlines_1(p_tenant text, p_id text, p_now bigint, p_ttl bigint,
    p_after integer, p_max integer, p_version integer, p_stale_max integer)
  RETURNS TABLE (conversation bigint, seq integer, status text, outline text, body text, output text)
  LANGUAGE sql STABLE AS $$
    SELECT n.conversation, n.seq, n.status, n.outline, x.body, x.output FROM (
      SELECT t.conversation, t.seq, t.status, o.outline,
        count(*) FILTER (WHERE o.seq IS NULL) OVER (ORDER BY t.seq) AS stale
      FROM fairlead.turns t
      LEFT JOIN fairlead.turn_outlines o
        ON o.conversation = t.conversation AND o.seq = t.seq AND o.version = p_version
      WHERE t.conversation = fairlead.live_1(p_tenant, p_id, p_now, p_ttl) AND t.seq > p_after
      ORDER BY t.seq LIMIT p_max) AS n
    LEFT JOIN fairlead.turn_texts x
      ON n.outline IS NULL AND x.conversation = n.conversation AND x.seq = n.seq
    WHERE n.stale <= p_stale_max ORDER BY n.seq
  $$;`
