CREATE TABLE chat.conversations (
    id                 uuid PRIMARY KEY,
    user_id            text NOT NULL,
    title              text,
    -- none: no title yet; generated: by the model; user: never overwritten
    title_source       text NOT NULL DEFAULT 'none' CHECK (title_source IN ('none', 'generated', 'user')),
    pinned             boolean NOT NULL DEFAULT false,
    archived           boolean NOT NULL DEFAULT false,
    last_seq           bigint NOT NULL DEFAULT 0,
    current_message_id uuid,
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL,
    deleted_at         timestamptz
);

CREATE INDEX conversations_by_activity ON chat.conversations (user_id, updated_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX conversations_deleted ON chat.conversations (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE chat.messages (
    id              uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES chat.conversations ON DELETE CASCADE,
    user_id         text NOT NULL,
    parent_id       uuid,
    seq             bigint NOT NULL,
    role            text NOT NULL CHECK (role IN ('system', 'user', 'assistant', 'tool')),
    text            text NOT NULL,
    content_json    jsonb,
    status          text NOT NULL CHECK (status IN ('Streaming', 'Completed', 'Stopped', 'Blocked', 'Failed', 'Interrupted')),
    model           text,
    turn_id         uuid,
    -- counted with the tokenizer of token_model
    token_count     integer,
    token_model     text,
    created_at      timestamptz NOT NULL,
    UNIQUE (conversation_id, seq),
    UNIQUE (conversation_id, id),
    -- a parent is a message of the same conversation
    FOREIGN KEY (conversation_id, parent_id) REFERENCES chat.messages (conversation_id, id)
);

CREATE INDEX messages_by_parent ON chat.messages (conversation_id, parent_id);

CREATE TABLE chat.turns (
    id                   uuid PRIMARY KEY,
    conversation_id      uuid NOT NULL REFERENCES chat.conversations ON DELETE CASCADE,
    user_id              text NOT NULL,
    request_id           text,
    content_hash         bytea NOT NULL,
    status               text NOT NULL CHECK (status IN ('Queued', 'Running', 'Completed', 'Stopped', 'Blocked', 'Failed', 'Interrupted')),
    -- what a replica needs to run the turn: model, sampling, tools, the caller's plan
    request              jsonb NOT NULL,
    model                text,
    user_message_id      uuid NOT NULL,
    assistant_message_id uuid NOT NULL,
    lease_owner          text NOT NULL,
    -- grows with each owner: what an earlier owner writes late is refused by it
    lease_epoch          bigint NOT NULL DEFAULT 1,
    lease_until          timestamptz NOT NULL,
    takeovers            integer NOT NULL DEFAULT 0,
    stop_requested_at    timestamptz,
    -- events 1..last_number are in turn_log
    last_number          bigint NOT NULL DEFAULT 0,
    finish_reason        text,
    error                jsonb,
    receipt              jsonb,
    created_at           timestamptz NOT NULL,
    ended_at             timestamptz
) WITH (fillfactor = 70);

CREATE UNIQUE INDEX turns_by_request ON chat.turns (user_id, request_id) WHERE request_id IS NOT NULL;
CREATE UNIQUE INDEX turns_unfinished ON chat.turns (conversation_id) WHERE status IN ('Queued', 'Running');
CREATE INDEX turns_by_conversation ON chat.turns (conversation_id);

-- The durable half of a turn's log: runs of consecutive events, appended while the turn streams.
CREATE TABLE chat.turn_log (
    turn_id      uuid NOT NULL REFERENCES chat.turns ON DELETE CASCADE,
    first_number bigint NOT NULL,
    last_number  bigint NOT NULL,
    -- length-delimited TurnEvent messages
    events       bytea NOT NULL,
    PRIMARY KEY (turn_id, first_number)
);

-- No reference to conversations: what was used stays on record after a conversation is purged.
CREATE TABLE chat.usage_events (
    id            uuid PRIMARY KEY,
    user_id       text NOT NULL,
    turn_id       uuid UNIQUE,
    request_id    text,
    purpose       text NOT NULL,
    model         text NOT NULL,
    input_tokens  integer NOT NULL,
    cached_tokens integer NOT NULL,
    output_tokens integer NOT NULL,
    ts            timestamptz NOT NULL
);

CREATE INDEX usage_events_by_user ON chat.usage_events (user_id, ts);
