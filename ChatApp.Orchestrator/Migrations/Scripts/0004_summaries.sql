-- What older turns said, for prompts that can't hold them. A summary covers the path from the root to last_message_id;
-- the next version builds on it.
CREATE TABLE chat.summaries (
    id              uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES chat.conversations ON DELETE CASCADE,
    user_id         text NOT NULL,
    version         integer NOT NULL,
    last_message_id uuid NOT NULL,
    text            text NOT NULL,
    messages        integer NOT NULL,
    model           text NOT NULL,
    created_at      timestamptz NOT NULL,
    UNIQUE (conversation_id, last_message_id)
);
