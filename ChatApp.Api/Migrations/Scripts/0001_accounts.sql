CREATE TABLE identity.users (
    id               uuid PRIMARY KEY,
    -- account: signed up; guest: tries without an account; local: whoever uses a product run without sign-in
    kind             text NOT NULL CHECK (kind IN ('account', 'guest', 'local')),
    -- canonical: trimmed and lower case
    email            text UNIQUE,
    -- null: a guest, or an account that signs in elsewhere
    password_hash    text,
    display_name     text,
    role             text NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'admin')),
    plan             text NOT NULL,
    -- grows when every token issued before has to end
    security_version integer NOT NULL DEFAULT 1,
    banned_until     timestamptz,
    created_at       timestamptz NOT NULL,
    deleted_at       timestamptz,
    CHECK (kind <> 'account' OR email IS NOT NULL OR deleted_at IS NOT NULL)
);

CREATE TABLE identity.external_logins (
    provider   text NOT NULL,
    subject    text NOT NULL,
    user_id    uuid NOT NULL REFERENCES identity.users ON DELETE CASCADE,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (provider, subject)
);

-- One sign-in on one device: the family of its refresh tokens.
CREATE TABLE identity.sessions (
    id           uuid PRIMARY KEY,
    user_id      uuid NOT NULL REFERENCES identity.users ON DELETE CASCADE,
    user_agent   text,
    address      text,
    created_at   timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    revoked_at   timestamptz,
    revoked_why  text
);

CREATE INDEX sessions_by_user ON identity.sessions (user_id) WHERE revoked_at IS NULL;

CREATE TABLE identity.refresh_tokens (
    -- SHA-256 of the token, which carries 256 random bits
    hash       bytea PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES identity.sessions ON DELETE CASCADE,
    issued_at  timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz
);

CREATE INDEX refresh_tokens_by_session ON identity.refresh_tokens (session_id);

CREATE TABLE identity.api_keys (
    id           uuid PRIMARY KEY,
    user_id      uuid NOT NULL REFERENCES identity.users ON DELETE CASCADE,
    name         text NOT NULL,
    -- SHA-256 of the key, which carries 256 random bits
    hash         bytea NOT NULL UNIQUE,
    -- the beginning of the key, to tell keys apart in a list
    prefix       text NOT NULL,
    scopes       text[] NOT NULL,
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz,
    last_used_at timestamptz,
    revoked_at   timestamptz
);

CREATE INDEX api_keys_by_user ON identity.api_keys (user_id);

CREATE TABLE identity.signing_keys (
    id         text PRIMARY KEY,
    algorithm  text NOT NULL,
    public_x   bytea NOT NULL,
    public_y   bytea NOT NULL,
    -- PKCS#8, sealed with a key that the database does not hold
    sealed     bytea NOT NULL,
    created_at timestamptz NOT NULL,
    -- signs until then, verifies until expires_at
    retires_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);

-- By the hash of the address tried, whether or not there is such an account: both look alike from outside.
CREATE TABLE identity.sign_in_attempts (
    subject      bytea PRIMARY KEY,
    failures     integer NOT NULL,
    last_at      timestamptz NOT NULL,
    locked_until timestamptz NOT NULL
);

CREATE TABLE identity.data_protection_keys (
    name text PRIMARY KEY,
    xml  text NOT NULL
);

CREATE TABLE identity.audit_log (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz NOT NULL,
    actor_id   text,
    action     text NOT NULL,
    subject_id text,
    address    text,
    details    jsonb
);

CREATE INDEX audit_log_by_subject ON identity.audit_log (subject_id, id);

CREATE FUNCTION identity.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The audit log is append-only.';
END $$;

CREATE TRIGGER audit_log_is_append_only BEFORE UPDATE OR DELETE ON identity.audit_log
    FOR EACH ROW EXECUTE FUNCTION identity.refuse_change();
CREATE TRIGGER audit_log_is_not_emptied BEFORE TRUNCATE ON identity.audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION identity.refuse_change();
