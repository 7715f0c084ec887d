/**
 * Version 3: what is to be stored of a subject and the erasure of the subject go one after the other, by
 * a lock of their transactions; and what was begun before an erasure is refused after it.
 */
export const erasureFunctions = `
  CREATE TABLE fairlead.erasures (
    subject text COLLATE "C" PRIMARY KEY,
    count bigint NOT NULL,
    erased_at timestamptz NOT NULL
  );

  -- A subject is named by its digest.
  CREATE FUNCTION fairlead.erasures_3(p_digest text, p_kept_ms bigint)
  RETURNS TABLE (count bigint, ago_ms bigint) LANGUAGE sql STABLE AS $$
    SELECT e.count, GREATEST(0,
      floor(extract(epoch FROM clock_timestamp() - e.erased_at) * 1000)::bigint)
    FROM fairlead.erasures e
    WHERE e.subject = p_digest
      AND e.erased_at > clock_timestamp() - p_kept_ms * interval '1 millisecond'
  $$;

  -- Waits for an erasure that runs, and has the next one wait. Whether there was one since.
  CREATE FUNCTION fairlead.is_erased_since_3(p_digest text, p_erasures bigint, p_kept_ms bigint)
  RETURNS boolean LANGUAGE plpgsql AS $$
  DECLARE
    v_count bigint;
  BEGIN
    PERFORM pg_advisory_xact_lock_shared(hashtextextended(p_digest, 0));
    IF p_erasures IS NULL THEN RETURN false; END IF;
    SELECT e.count INTO v_count FROM fairlead.erasures_3(p_digest, p_kept_ms) AS e;
    RETURN FOUND AND v_count <> p_erasures;
  END $$;

  CREATE FUNCTION fairlead.append_3(p_tenant text, p_id text, p_expected bigint, p_now bigint,
    p_ttl bigint, p_token uuid, p_member text, p_change jsonb, p_digest text, p_erasures bigint,
    p_kept_ms bigint) RETURNS text
  LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
  BEGIN
    IF p_digest IS NOT NULL AND fairlead.is_erased_since_3(p_digest, p_erasures, p_kept_ms) THEN
      RETURN 'erased';
    END IF;
    RETURN fairlead.append_1(p_tenant, p_id, p_expected, p_now, p_ttl, p_token, p_member, p_change);
  END $$;

  CREATE FUNCTION fairlead.put_record_3(p_tenant text, p_owner text, p_kind text, p_id text,
    p_of_conversation boolean, p_expected integer, p_expires bigint, p_body text, p_now bigint,
    p_ttl bigint, p_token uuid, p_room bigint, p_digest text, p_erasures bigint, p_kept_ms bigint)
  RETURNS TABLE (outcome text, before bigint)
  LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
  BEGIN
    IF p_digest IS NOT NULL AND fairlead.is_erased_since_3(p_digest, p_erasures, p_kept_ms) THEN
      RETURN QUERY SELECT 'erased', 0::bigint;
      RETURN;
    END IF;
    RETURN QUERY SELECT * FROM fairlead.put_record_1(p_tenant, p_owner, p_kind, p_id,
      p_of_conversation, p_expected, p_expires, p_body, p_now, p_ttl, p_token, p_room);
  END $$;

  CREATE FUNCTION fairlead.remove_subject_3(p_tenant text, p_subject text, p_owner text, p_max integer,
    p_digest text, p_kept_ms bigint)
  RETURNS TABLE (conversations bigint[], turns bigint, plans bigint, responses bigint, held bigint,
    more boolean)
  LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
  BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(p_digest, 0));
    -- Like no erasure before, also of those that have been forgotten.
    INSERT INTO fairlead.erasures AS e (subject, count, erased_at)
    VALUES (p_digest, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint, clock_timestamp())
    ON CONFLICT (subject) DO UPDATE
      SET count = GREATEST(e.count + 1, EXCLUDED.count), erased_at = EXCLUDED.erased_at;
    RETURN QUERY SELECT * FROM fairlead.remove_subject_1(p_tenant, p_subject, p_owner, p_max);
  END $$;

  CREATE FUNCTION fairlead.forget_erasures_3(p_kept_ms bigint) RETURNS void LANGUAGE sql AS $$
    DELETE FROM fairlead.erasures
    WHERE erased_at <= clock_timestamp() - p_kept_ms * interval '1 millisecond'
  $$;`
