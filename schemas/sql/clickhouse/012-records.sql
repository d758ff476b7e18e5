-- Where in the activity an effort ends, and what share of it was filled in (of older rows that is not known). The most
-- in one activity (`longest`: its distance, time moving and climb) joins the efforts, for activities of before, too.
ALTER TABLE slipstream.efforts ADD COLUMN IF NOT EXISTS end DateTime64(3, 'UTC')
  DEFAULT start
    + toIntervalMillisecond(round(1000 * if(kind = 'distance', value, toUInt32OrZero(extract(name, '^[0-9]+')))));

ALTER TABLE slipstream.efforts ADD COLUMN IF NOT EXISTS interpolated Nullable(Float64);

INSERT INTO slipstream.efforts (athlete, activity, revision, kind, name, value, start, end, interpolated, marks)
SELECT
  athlete,
  id,
  revision,
  'longest',
  longest.1,
  JSONExtractFloat(metrics, longest.2, 'value') AS value,
  start,
  end,
  JSONExtract(metrics, longest.2, 'quality', 'interpolated', 'Nullable(Float64)'),
  JSONExtract(metrics, longest.2, 'quality', 'marks', 'Array(String)')
FROM slipstream.activities FINAL
ARRAY JOIN [('distance', 'distance_m'), ('duration', 'moving_s'), ('climb', 'elevation_gain_m')] AS longest
WHERE status = 'finished' AND value > 0;

-- One row for each claim of a record; of one record that with the greatest (epoch, revision) holds, and it may say that
-- the record was withdrawn. A process that was stopped and woke up has a lower epoch. `seq` is the message of the
-- shard up to which it was known.
CREATE TABLE IF NOT EXISTS slipstream.records (
  athlete String,
  sport LowCardinality(String),
  kind LowCardinality(String),
  name LowCardinality(String),
  revision UInt32,
  epoch UInt32,
  seq UInt64,
  status LowCardinality(String),
  value Float64,
  activity FixedString(16),
  activity_revision UInt64,
  start DateTime64(3, 'UTC'),
  end DateTime64(3, 'UTC'),
  interpolated Nullable(Float64),
  replaces_activity String,
  replaces_value Nullable(Float64),
  replaces_start Nullable(DateTime64(3, 'UTC')),
  known_at DateTime64(3, 'UTC'),
  versions Map(LowCardinality(String), UInt16)
)
ENGINE = ReplacingMergeTree(epoch)
ORDER BY (athlete, sport, kind, name, revision);

-- The records that hold.
CREATE VIEW IF NOT EXISTS analytics.records DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
WITH (SELECT argMin(value, (set_at, value)) FROM slipstream.deployment WHERE key = 'pseudonym_secret') AS secret
SELECT
  lower(hex(substring(SHA256(concat(secret, '\0', athlete)), 1, 8))) AS athlete_key,
  lower(hex(substring(SHA256(concat(secret, '\0', toString(activity))), 1, 8))) AS activity_key,
  sport,
  kind,
  name,
  revision,
  value,
  start,
  end,
  interpolated,
  replaces_value,
  known_at
FROM (
  SELECT * FROM slipstream.records FINAL ORDER BY epoch DESC, revision DESC LIMIT 1 BY athlete, sport, kind, name
)
WHERE status = 'set';

-- Every claim that was published, those that were withdrawn among them.
CREATE VIEW IF NOT EXISTS analytics.record_claims DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
WITH (SELECT argMin(value, (set_at, value)) FROM slipstream.deployment WHERE key = 'pseudonym_secret') AS secret
SELECT
  lower(hex(substring(SHA256(concat(secret, '\0', athlete)), 1, 8))) AS athlete_key,
  lower(hex(substring(SHA256(concat(secret, '\0', toString(activity))), 1, 8))) AS activity_key,
  sport,
  kind,
  name,
  revision,
  status,
  value,
  start,
  end,
  interpolated,
  replaces_value,
  known_at
FROM slipstream.records FINAL;
