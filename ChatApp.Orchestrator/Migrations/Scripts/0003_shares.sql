CREATE TABLE chat.shares (
    id              uuid PRIMARY KEY,
    conversation_id uuid NOT NULL REFERENCES chat.conversations ON DELETE CASCADE,
    user_id         text NOT NULL,
    -- SHA-256 of the token: whoever reads this table can't open a link
    token_hash      bytea NOT NULL UNIQUE,
    snapshot        jsonb NOT NULL,
    created_at      timestamptz NOT NULL
);

CREATE INDEX shares_by_conversation ON chat.shares (conversation_id);
