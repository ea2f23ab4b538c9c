-- Totals say what the tokens were for: titles and summaries are generations that nobody asked for by name. No event may come
-- in between, from a replica that still runs the version before.
LOCK TABLE chat.usage_events IN SHARE ROW EXCLUSIVE MODE;

DELETE FROM chat.usage_totals;
ALTER TABLE chat.usage_totals
    ADD COLUMN purpose text NOT NULL,
    DROP CONSTRAINT usage_totals_pkey,
    ADD PRIMARY KEY (user_id, day, model, purpose);

INSERT INTO chat.usage_totals (user_id, day, model, purpose, generations, input_tokens, cached_tokens, output_tokens, cost)
SELECT user_id, (ts AT TIME ZONE 'UTC')::date, model, purpose, count(*), sum(input_tokens), sum(cached_tokens), sum(output_tokens), sum(cost)
FROM chat.usage_events GROUP BY 1, 2, 3, 4;

CREATE OR REPLACE FUNCTION chat.add_to_usage_totals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO chat.usage_totals AS t (user_id, day, model, purpose, generations, input_tokens, cached_tokens, output_tokens, cost)
    SELECT user_id, (ts AT TIME ZONE 'UTC')::date, model, purpose, count(*), sum(input_tokens), sum(cached_tokens), sum(output_tokens), sum(cost)
    FROM added GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT (user_id, day, model, purpose) DO UPDATE SET
        generations   = t.generations + excluded.generations,
        input_tokens  = t.input_tokens + excluded.input_tokens,
        cached_tokens = t.cached_tokens + excluded.cached_tokens,
        output_tokens = t.output_tokens + excluded.output_tokens,
        cost          = t.cost + excluded.cost;
    RETURN NULL;
END
$$;

-- What everyone used is added up by day.
CREATE INDEX usage_totals_by_day ON chat.usage_totals (day);
