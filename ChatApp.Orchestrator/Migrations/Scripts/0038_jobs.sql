-- Work off the hot path. A job that was taken is invisible until its lease ends; one that is done is deleted.
CREATE TABLE chat.jobs (
    id         uuid PRIMARY KEY,
    kind       text NOT NULL,
    -- what it is about: one job of a kind at a time
    subject    uuid NOT NULL,
    -- whose work it is: workers take turns among users
    user_id    text NOT NULL,
    -- when it may be taken, or taken from a worker that is gone
    due_at     timestamptz NOT NULL,
    attempts   integer NOT NULL DEFAULT 0,
    -- who has it; new with every attempt, so that a worker that lost it has no say
    lease      uuid,
    -- asked for again while it ran
    again      boolean NOT NULL DEFAULT false,
    -- why the last attempt failed
    error      text,
    -- given up
    failed_at  timestamptz,
    created_at timestamptz NOT NULL,
    UNIQUE (kind, subject)
);

CREATE INDEX jobs_due ON chat.jobs (kind, due_at) WHERE failed_at IS NULL;
CREATE INDEX jobs_by_user ON chat.jobs (user_id);

CREATE TABLE chat.job_users (
    user_id   text PRIMARY KEY,
    served_at timestamptz NOT NULL
);
