-- Files that users uploaded. Their bytes are in pieces, so that neither a file nor a row is ever whole in memory.
CREATE TABLE chat.files (
    id         uuid PRIMARY KEY,
    user_id    text NOT NULL,
    name       text NOT NULL,
    media_type text NOT NULL,
    -- so far, while it is uploaded
    bytes      bigint NOT NULL DEFAULT 0,
    sha256     bytea,
    status     text NOT NULL CHECK (status IN ('Uploading', 'Ready')),
    created_at timestamptz NOT NULL
);

CREATE INDEX files_by_user ON chat.files (user_id, created_at DESC, id DESC);
CREATE INDEX files_by_age ON chat.files (created_at);

CREATE TABLE chat.file_pieces (
    file_id uuid NOT NULL REFERENCES chat.files ON DELETE CASCADE,
    number  integer NOT NULL,
    content bytea NOT NULL,
    PRIMARY KEY (file_id, number)
);

-- Most of what is uploaded is compressed already.
ALTER TABLE chat.file_pieces ALTER COLUMN content SET STORAGE EXTERNAL;

-- Which messages a file goes with: it lives as long as the last of them.
CREATE TABLE chat.message_files (
    message_id      uuid NOT NULL,
    conversation_id uuid NOT NULL,
    file_id         uuid NOT NULL REFERENCES chat.files ON DELETE CASCADE,
    user_id         text NOT NULL,
    PRIMARY KEY (message_id, file_id),
    FOREIGN KEY (conversation_id, message_id) REFERENCES chat.messages (conversation_id, id) ON DELETE CASCADE
);

CREATE INDEX message_files_by_file ON chat.message_files (file_id);
