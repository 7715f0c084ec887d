/**
 * The tables of version 1. `fairlead.` stands for the schema. Texts that order or tell rows apart
 * compare by their bytes, whatever the locale of the database. JSON is text, because `jsonb` refuses
 * the character NUL and does not keep the spelling of numbers.
 */
export const tables = `
  CREATE TABLE fairlead.conversations (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    revision bigint NOT NULL,
    touched_ms bigint NOT NULL,
    expires_ms bigint,
    legal_hold boolean NOT NULL,
    removed boolean NOT NULL DEFAULT false,
    running integer,
    subject text COLLATE "C",
    metadata text[] NOT NULL,
    head text COLLATE "C",
    branch text COLLATE "C" NOT NULL,
    branches jsonb NOT NULL,
    pinned text[] NOT NULL,
    change uuid NOT NULL,
    epoch text NOT NULL,
    body text NOT NULL,
    UNIQUE (tenant, id)
  ) WITH (fillfactor = 80);
  CREATE INDEX conversations_by_tenant ON fairlead.conversations (tenant, number);
  CREATE INDEX conversations_by_subject ON fairlead.conversations (tenant, subject, number)
    WHERE subject IS NOT NULL;
  CREATE INDEX conversations_by_age ON fairlead.conversations (touched_ms)
    WHERE expires_ms IS NULL AND NOT legal_hold AND NOT removed;
  CREATE INDEX conversations_by_expiry ON fairlead.conversations (expires_ms)
    WHERE expires_ms IS NOT NULL AND NOT legal_hold AND NOT removed;
  CREATE INDEX removed_conversations ON fairlead.conversations (number) WHERE removed;

  CREATE TABLE fairlead.turns (
    conversation bigint NOT NULL REFERENCES fairlead.conversations ON DELETE CASCADE,
    seq integer NOT NULL,
    id text COLLATE "C" NOT NULL,
    parent integer NOT NULL,
    jump integer NOT NULL,
    depth integer NOT NULL,
    status text NOT NULL,
    idempotency_key text COLLATE "C",
    request_digest text COLLATE "C",
    instructed_by text COLLATE "C",
    member text COLLATE "C",
    change uuid NOT NULL,
    PRIMARY KEY (conversation, seq),
    UNIQUE (conversation, id)
  );
  CREATE INDEX turns_by_key ON fairlead.turns (conversation, idempotency_key, seq)
    WHERE idempotency_key IS NOT NULL;
  CREATE UNIQUE INDEX one_running_turn ON fairlead.turns (conversation)
    WHERE status = 'in_progress';
  CREATE TABLE fairlead.turn_texts (
    conversation bigint NOT NULL REFERENCES fairlead.conversations ON DELETE CASCADE,
    seq integer NOT NULL,
    body text NOT NULL,
    output text NOT NULL,
    PRIMARY KEY (conversation, seq)
  );
  CREATE TABLE fairlead.turn_items (
    conversation bigint NOT NULL REFERENCES fairlead.conversations ON DELETE CASCADE,
    item text COLLATE "C" NOT NULL,
    seq integer NOT NULL,
    PRIMARY KEY (conversation, item, seq)
  );
  CREATE TABLE fairlead.turn_outlines (
    conversation bigint NOT NULL REFERENCES fairlead.conversations ON DELETE CASCADE,
    seq integer NOT NULL,
    version integer NOT NULL,
    outline text NOT NULL,
    PRIMARY KEY (conversation, seq)
  );
  CREATE TABLE fairlead.plans (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    conversation bigint NOT NULL REFERENCES fairlead.conversations ON DELETE CASCADE,
    tenant text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    body text NOT NULL,
    UNIQUE (tenant, id)
  );
  CREATE INDEX plans_by_conversation ON fairlead.plans (conversation, number);

  CREATE TABLE fairlead.responses (
    tenant text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    previous text COLLATE "C",
    conversation text COLLATE "C",
    status text NOT NULL,
    background boolean NOT NULL,
    created_at bigint NOT NULL,
    completed_at bigint,
    touched_ms bigint NOT NULL,
    member text COLLATE "C",
    change uuid NOT NULL,
    error text,
    answered_by text,
    body text NOT NULL,
    input text NOT NULL,
    output text NOT NULL,
    frames integer NOT NULL DEFAULT 0,
    frame_bytes bigint NOT NULL DEFAULT 0,
    bytes bigint NOT NULL GENERATED ALWAYS AS
      (octet_length(body) + octet_length(input) + octet_length(output) + frame_bytes) STORED,
    PRIMARY KEY (tenant, id)
  );
  CREATE INDEX responses_by_age ON fairlead.responses (touched_ms, id)
    WHERE status NOT IN ('queued', 'in_progress');
  CREATE INDEX running_responses ON fairlead.responses (status)
    WHERE status IN ('queued', 'in_progress');
  CREATE INDEX responses_by_conversation ON fairlead.responses (tenant, conversation)
    WHERE conversation IS NOT NULL;
  CREATE TABLE fairlead.response_items (
    tenant text COLLATE "C" NOT NULL,
    item text COLLATE "C" NOT NULL,
    response text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, item),
    FOREIGN KEY (tenant, response) REFERENCES fairlead.responses ON DELETE CASCADE
  );
  CREATE INDEX response_items_by_response ON fairlead.response_items (tenant, response);
  CREATE TABLE fairlead.response_frames (
    tenant text COLLATE "C" NOT NULL,
    response text COLLATE "C" NOT NULL,
    number integer NOT NULL,
    frame text NOT NULL,
    PRIMARY KEY (tenant, response, number),
    FOREIGN KEY (tenant, response) REFERENCES fairlead.responses ON DELETE CASCADE
  );

  CREATE TABLE fairlead.answers (
    tenant text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    digest text COLLATE "C" NOT NULL,
    response text COLLATE "C",
    created_at bigint NOT NULL,
    touched_ms bigint NOT NULL,
    member text COLLATE "C" NOT NULL,
    change uuid,
    output text NOT NULL,
    whole text,
    bytes bigint NOT NULL GENERATED ALWAYS AS
      (octet_length(output) + COALESCE(octet_length(whole), 0)) STORED,
    PRIMARY KEY (tenant, key)
  );
  CREATE INDEX answers_by_age ON fairlead.answers (touched_ms, id) WHERE whole IS NOT NULL;
  CREATE INDEX answers_being_made ON fairlead.answers (member) WHERE whole IS NULL;

  CREATE TABLE fairlead.records (
    tenant text COLLATE "C" NOT NULL,
    owner text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    conversation bigint REFERENCES fairlead.conversations ON DELETE CASCADE,
    version integer NOT NULL,
    expires_ms bigint,
    change uuid NOT NULL,
    body text NOT NULL,
    bytes bigint NOT NULL GENERATED ALWAYS AS (octet_length(body)) STORED,
    PRIMARY KEY (tenant, owner, kind, id)
  );
  CREATE INDEX records_by_kind ON fairlead.records (kind, tenant, owner, id);
  CREATE INDEX records_by_conversation ON fairlead.records (conversation)
    WHERE conversation IS NOT NULL;
  CREATE INDEX records_by_expiry ON fairlead.records (expires_ms) WHERE expires_ms IS NOT NULL;

  CREATE SEQUENCE fairlead.factor_numbers;
  CREATE TABLE fairlead.factors (
    model text COLLATE "C" PRIMARY KEY,
    number bigint NOT NULL UNIQUE,
    body text NOT NULL
  );

  CREATE TABLE fairlead.members (
    member text COLLATE "C" PRIMARY KEY,
    alive_until timestamptz NOT NULL
  );
  CREATE TABLE fairlead.claims (
    tenant text COLLATE "C" NOT NULL,
    conversation text COLLATE "C" NOT NULL,
    member text COLLATE "C" NOT NULL,
    claim text COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, conversation)
  );
  CREATE INDEX claims_by_member ON fairlead.claims (member);
  CREATE TABLE fairlead.probe (bytes text NOT NULL);`
