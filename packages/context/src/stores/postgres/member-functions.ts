/**
 * Who is alive, by the server's own clock, and who has which place. A member is heard of with all that
 * it does for itself.
 */
export const memberFunctions = `
  -- A server that was down has heard of nobody: once it is back, those that were alive shortly before
  -- have as long as a lease to be heard of again.
  CREATE FUNCTION fairlead.is_alive_1(p_member text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT 1 FROM fairlead.members m
      WHERE m.member = p_member AND (m.alive_until > clock_timestamp()
        OR (m.alive_until > pg_postmaster_start_time() - interval '10 minutes'
          AND pg_postmaster_start_time() > clock_timestamp() - interval '15 seconds')))
  $$;

  -- Whether it was alive before.
  CREATE FUNCTION fairlead.heartbeat_1(p_member text, p_lease_ms bigint) RETURNS boolean
  LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
  DECLARE
    v_alive boolean := fairlead.is_alive_1(p_member);
    v_until timestamptz := clock_timestamp() + p_lease_ms * interval '1 millisecond';
  BEGIN
    INSERT INTO fairlead.members AS m (member, alive_until) VALUES (p_member, v_until)
    ON CONFLICT (member) DO UPDATE SET alive_until = GREATEST(m.alive_until, v_until);
    RETURN v_alive;
  END $$;

  CREATE FUNCTION fairlead.leave_1(p_member text) RETURNS void
  LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
  BEGIN
    DELETE FROM fairlead.members WHERE member = p_member;
    DELETE FROM fairlead.claims WHERE member = p_member;
  END $$;

  -- Who has the place afterwards.
  CREATE FUNCTION fairlead.claim_1(p_tenant text, p_conversation text, p_member text, p_claim text,
    p_lease_ms bigint) RETURNS TABLE (member text, claim text)
  LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
  #variable_conflict use_column
  DECLARE
    v_member text;
    v_claim text;
  BEGIN
    PERFORM fairlead.heartbeat_1(p_member, p_lease_ms);
    LOOP
      INSERT INTO fairlead.claims AS c (tenant, conversation, member, claim)
      VALUES (p_tenant, p_conversation, p_member, p_claim)
      ON CONFLICT (tenant, conversation) DO UPDATE SET member = p_member, claim = p_claim
      WHERE (c.member = p_member AND c.claim = p_claim)
        OR (c.member <> p_member AND NOT fairlead.is_alive_1(c.member))
      RETURNING c.member, c.claim INTO v_member, v_claim;
      IF NOT FOUND THEN
        SELECT c.member, c.claim INTO v_member, v_claim FROM fairlead.claims c
        WHERE c.tenant = p_tenant AND c.conversation = p_conversation;
      END IF;
      -- It may have been released in between.
      EXIT WHEN FOUND;
    END LOOP;
    RETURN QUERY SELECT v_member, v_claim;
  END $$;

  -- Of members that have been dead for an hour nothing is asked any more.
  CREATE FUNCTION fairlead.forget_members_1() RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    DELETE FROM fairlead.claims c WHERE NOT fairlead.is_alive_1(c.member);
    DELETE FROM fairlead.members WHERE alive_until < clock_timestamp() - interval '1 hour';
  END $$;`
