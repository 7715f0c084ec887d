/** Version 2: the responses of a conversation are deleted with it, whoever deletes it. */
export const ownedResponses = `
  CREATE FUNCTION fairlead.remove_responses_2() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    DELETE FROM fairlead.responses WHERE tenant = OLD.tenant AND conversation = OLD.id;
    RETURN OLD;
  END $$;
  CREATE TRIGGER remove_responses BEFORE DELETE ON fairlead.conversations
    FOR EACH ROW EXECUTE FUNCTION fairlead.remove_responses_2();

  -- As before, and responses in steps too.
  CREATE OR REPLACE FUNCTION fairlead.remove_step_1(p_conversation bigint, p_turns integer)
  RETURNS boolean LANGUAGE plpgsql SET lock_timeout = '2s' AS $$
  DECLARE
    c fairlead.conversations;
    v_last integer;
    v_count bigint;
  BEGIN
    SELECT * INTO c FROM fairlead.conversations WHERE number = p_conversation AND removed FOR UPDATE;
    IF NOT FOUND THEN RETURN false; END IF;
    DELETE FROM fairlead.responses WHERE ctid = ANY (ARRAY(SELECT ctid FROM fairlead.responses
      WHERE tenant = c.tenant AND conversation = c.id LIMIT p_turns));
    GET DIAGNOSTICS v_count = ROW_COUNT;
    IF v_count = p_turns THEN RETURN true; END IF;
    DELETE FROM fairlead.records WHERE ctid = ANY (ARRAY(
      SELECT ctid FROM fairlead.records WHERE conversation = p_conversation LIMIT p_turns));
    GET DIAGNOSTICS v_count = ROW_COUNT;
    IF v_count = p_turns THEN RETURN true; END IF;
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
