-- Written before a tool runs: after a replica's death this tells which calls may have done their work already.
CREATE TABLE chat.tool_calls (
    turn_id     uuid NOT NULL REFERENCES chat.turns ON DELETE CASCADE,
    user_id     text NOT NULL,
    call_id     text NOT NULL,
    -- calls of one round were made at once
    round       integer NOT NULL,
    position    integer NOT NULL,
    name        text NOT NULL,
    arguments   text NOT NULL,
    -- unknown: whoever ran it died; stopped: the turn ended first
    status      text NOT NULL CHECK (status IN ('started', 'succeeded', 'failed', 'unknown', 'stopped')),
    result      text,
    duration_ms bigint NOT NULL DEFAULT 0,
    started_at  timestamptz NOT NULL,
    ended_at    timestamptz,
    PRIMARY KEY (turn_id, call_id)
);
