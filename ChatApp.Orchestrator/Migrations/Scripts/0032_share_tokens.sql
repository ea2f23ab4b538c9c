-- So that its owner can copy a link again. Whoever reads this table reads the snapshot as well: the token gives them nothing more.
-- Null for links made before, and by replicas of the release before.
ALTER TABLE chat.shares ADD COLUMN token text;
