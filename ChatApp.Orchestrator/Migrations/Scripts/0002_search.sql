-- 'simple': the product speaks every language, and the query matches by prefix. The cut keeps a vector below its 1 MB limit.
ALTER TABLE chat.messages ADD COLUMN search tsvector GENERATED ALWAYS AS (to_tsvector('simple', left(text, 100000))) STORED;
ALTER TABLE chat.conversations ADD COLUMN search tsvector GENERATED ALWAYS AS (to_tsvector('simple', coalesce(title, ''))) STORED;

CREATE INDEX messages_search ON chat.messages USING gin (search);
CREATE INDEX conversations_search ON chat.conversations USING gin (search);
