-- A query is found wherever it stands in a text, in any script, so an index of words is of no use. Trigrams find it fast where the
-- database has their extension and lets us install it; where not, a user's own messages are read through.
-- The columns of 0002 stay for the release before this one.
DROP INDEX chat.messages_search;
DROP INDEX chat.conversations_search;

DO $$
DECLARE home text;
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA chat;
    SELECT n.nspname INTO home FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_trgm';
    EXECUTE format('CREATE INDEX messages_search ON chat.messages USING gin (lower(normalize(text)) %I.gin_trgm_ops)', home);
EXCEPTION WHEN insufficient_privilege OR feature_not_supported OR undefined_file OR undefined_object THEN
    RAISE NOTICE 'pg_trgm is not there: messages are searched without an index';
END $$;
