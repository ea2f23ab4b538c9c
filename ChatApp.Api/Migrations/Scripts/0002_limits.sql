-- Who may not use the product: an address or network, or a device. A banned user is marked in users.
CREATE TABLE identity.bans (
    id         uuid PRIMARY KEY,
    kind       text NOT NULL CHECK (kind IN ('address', 'device')),
    value      text NOT NULL,
    reason     text,
    until      timestamptz,
    created_by text,
    created_at timestamptz NOT NULL,
    UNIQUE (kind, value)
);

-- What the edge charged, per user, day (UTC) and model.
CREATE TABLE identity.usage_daily (
    user_id       uuid NOT NULL REFERENCES identity.users ON DELETE CASCADE,
    day           date NOT NULL,
    model         text NOT NULL,
    requests      bigint NOT NULL DEFAULT 0,
    input_tokens  bigint NOT NULL DEFAULT 0,
    cached_tokens bigint NOT NULL DEFAULT 0,
    output_tokens bigint NOT NULL DEFAULT 0,
    -- millionths of the currency unit in which models are priced
    cost_micros   bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (user_id, day, model)
);

-- Money spent or held for running turns, per user and month.
CREATE TABLE identity.budgets (
    user_id      uuid NOT NULL REFERENCES identity.users ON DELETE CASCADE,
    month        date NOT NULL,
    spent_micros bigint NOT NULL,
    PRIMARY KEY (user_id, month)
);

-- Turns that were charged: a request that is repeated attaches to its turn and costs nothing more.
CREATE TABLE identity.charges (
    id      text PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES identity.users ON DELETE CASCADE,
    at      timestamptz NOT NULL
);

CREATE INDEX charges_by_age ON identity.charges (at);
