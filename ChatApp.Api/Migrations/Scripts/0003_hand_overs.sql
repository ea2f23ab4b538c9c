-- A sign-in that came back from a provider and waits to be taken up by the page's own server: once, within a minute.
CREATE TABLE identity.hand_overs (
    -- SHA-256 of the code, which carries 256 random bits
    hash       bytea PRIMARY KEY,
    user_id    uuid NOT NULL REFERENCES identity.users ON DELETE CASCADE,
    -- base64url of the SHA-256 of a text that only the server that asked for the sign-in knows
    challenge  text NOT NULL,
    expires_at timestamptz NOT NULL
);
