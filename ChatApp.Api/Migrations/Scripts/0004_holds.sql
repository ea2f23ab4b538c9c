-- identity.usage_daily is read no more: what was used is metered by the orchestrator, and told by it alone. Replicas of the
-- release before still write it while they are replaced, so a later release drops it.

-- Money that running turns may yet cost. A hold whose turn was lost with its replica counts until it expires.
CREATE TABLE identity.holds (
    id      uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES identity.users ON DELETE CASCADE,
    micros  bigint NOT NULL,
    until   timestamptz NOT NULL
);

CREATE INDEX holds_by_user ON identity.holds (user_id);

COMMENT ON TABLE identity.budgets IS 'What a user''s month had cost when a turn of theirs was settled last, by the orchestrator''s metering.';
