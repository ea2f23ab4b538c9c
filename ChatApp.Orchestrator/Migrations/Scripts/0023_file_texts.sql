-- What was read of files whose bytes are no text, once, when they were uploaded.
CREATE TABLE chat.file_texts (
    file_id uuid PRIMARY KEY REFERENCES chat.files ON DELETE CASCADE,
    text    text NOT NULL
);
