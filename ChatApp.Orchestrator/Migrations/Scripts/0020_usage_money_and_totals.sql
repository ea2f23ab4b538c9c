ALTER TABLE chat.usage_events
    ADD COLUMN cost     numeric(20, 10) NOT NULL DEFAULT 0,
    ADD COLUMN upstream text NOT NULL DEFAULT '',
    -- completed | stopped | blocked | failed | interrupted
    ADD COLUMN outcome  text NOT NULL DEFAULT 'completed';

-- Kept by the trigger below, in the transaction of the event: a total never disagrees with its events.
CREATE TABLE chat.usage_totals (
    user_id       text NOT NULL,
    -- in UTC
    day           date NOT NULL,
    model         text NOT NULL,
    generations   bigint NOT NULL,
    input_tokens  bigint NOT NULL,
    cached_tokens bigint NOT NULL,
    output_tokens bigint NOT NULL,
    cost          numeric(24, 10) NOT NULL,
    PRIMARY KEY (user_id, day, model)
);

INSERT INTO chat.usage_totals
SELECT user_id, (ts AT TIME ZONE 'UTC')::date, model, count(*), sum(input_tokens), sum(cached_tokens), sum(output_tokens), sum(cost)
FROM chat.usage_events GROUP BY 1, 2, 3;

CREATE FUNCTION chat.add_to_usage_totals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO chat.usage_totals AS t
    SELECT user_id, (ts AT TIME ZONE 'UTC')::date, model, count(*), sum(input_tokens), sum(cached_tokens), sum(output_tokens), sum(cost)
    FROM added GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (user_id, day, model) DO UPDATE SET
        generations   = t.generations + excluded.generations,
        input_tokens  = t.input_tokens + excluded.input_tokens,
        cached_tokens = t.cached_tokens + excluded.cached_tokens,
        output_tokens = t.output_tokens + excluded.output_tokens,
        cost          = t.cost + excluded.cost;
    RETURN NULL;
END
$$;

CREATE TRIGGER usage_events_add_up AFTER INSERT ON chat.usage_events
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION chat.add_to_usage_totals();
