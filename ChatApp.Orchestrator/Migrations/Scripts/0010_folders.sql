-- A folder is a name on conversations: it is there while something is in it.
ALTER TABLE chat.conversations ADD COLUMN folder text;

CREATE INDEX conversations_by_folder ON chat.conversations (user_id, folder) WHERE folder IS NOT NULL AND deleted_at IS NULL;
