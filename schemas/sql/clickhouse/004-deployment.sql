-- What belongs to this deployment, such as the secret of its pseudonyms. The earliest value of a key holds, so two
-- processes that start together and both write one agree.
CREATE TABLE IF NOT EXISTS slipstream.deployment (
  key String,
  value String,
  set_at DateTime64(3, 'UTC') DEFAULT now64(3)
)
ENGINE = MergeTree
ORDER BY (key, set_at);

INSERT INTO slipstream.deployment (key, value)
SELECT 'pseudonym_secret', lower(hex(randomString(32)))
WHERE (SELECT count() FROM slipstream.deployment WHERE key = 'pseudonym_secret') = 0;
