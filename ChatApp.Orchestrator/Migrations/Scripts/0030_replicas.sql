-- Who is alive. A replica renews its one row, and with it the leases of all its turns: a turn whose owner has no living
-- row is free to be taken over.
CREATE TABLE chat.replicas (
    name        text PRIMARY KEY,
    -- by the database's clock
    alive_until timestamptz NOT NULL
) WITH (fillfactor = 50);

CREATE INDEX turns_by_owner ON chat.turns (lease_owner) WHERE status IN ('Queued', 'Running');

-- Only for replicas of the release before, which leave alone what never expires; a later release drops it.
ALTER TABLE chat.turns ALTER COLUMN lease_until SET DEFAULT 'infinity';
