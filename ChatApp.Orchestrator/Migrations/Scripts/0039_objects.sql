-- Bytes lie in the object store by their SHA-256; a row says that they are there; it goes soon after the last file that refers to it.
CREATE TABLE chat.objects (
    sha256     bytea PRIMARY KEY CHECK (length(sha256) = 32),
    bytes      bigint NOT NULL,
    touched_at timestamptz NOT NULL
);

CREATE INDEX objects_by_age ON chat.objects (touched_at);

-- Files from before lie in pieces in the database until a job has moved them.
ALTER TABLE chat.files ADD COLUMN is_object boolean NOT NULL DEFAULT false;
CREATE INDEX files_by_object ON chat.files (sha256) WHERE is_object;

INSERT INTO chat.jobs (id, kind, subject, user_id, due_at, created_at)
SELECT gen_random_uuid(), 'move-file', f.id, f.user_id, now(), now() FROM chat.files f WHERE f.status = 'Ready';
