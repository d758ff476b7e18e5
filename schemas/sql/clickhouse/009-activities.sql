-- One row for each revision of an activity; the greatest holds (of equal ones that of the greater epoch), and what was
-- withdrawn shows as such. `metrics` has everything with its quality, as JSON; the columns are what is filtered by.
-- `efforts` repeats the best efforts of a revision, so it is read together with the revision that holds.
CREATE TABLE IF NOT EXISTS slipstream.activities (
  athlete String,
  id FixedString(16),
  revision UInt64,
  epoch UInt32,
  status LowCardinality(String),
  origin LowCardinality(String),
  sport LowCardinality(String),
  start DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
  end DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
  follows String,
  devices Array(LowCardinality(String)),
  moving_s Nullable(Float64),
  distance_m Nullable(Float64),
  elevation_gain_m Nullable(Float64),
  average_heart_rate_bpm Nullable(Float64),
  average_power_w Nullable(Float64),
  training_load Nullable(Float64),
  metrics String CODEC(ZSTD(3)),
  order_of_revision UInt64 MATERIALIZED revision * 4294967296 + epoch
)
ENGINE = ReplacingMergeTree(order_of_revision)
ORDER BY (athlete, id);

CREATE TABLE IF NOT EXISTS slipstream.efforts (
  athlete String,
  activity FixedString(16),
  revision UInt64,
  kind LowCardinality(String),
  name LowCardinality(String),
  value Float64,
  start DateTime64(3, 'UTC'),
  marks Array(LowCardinality(String))
)
ENGINE = ReplacingMergeTree
ORDER BY (athlete, activity, revision, kind, name);

CREATE VIEW IF NOT EXISTS analytics.activities DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
WITH (SELECT argMin(value, (set_at, value)) FROM slipstream.deployment WHERE key = 'pseudonym_secret') AS secret
SELECT
  lower(hex(substring(SHA256(concat(secret, '\0', athlete)), 1, 8))) AS athlete_key,
  lower(hex(substring(SHA256(concat(secret, '\0', toString(id))), 1, 8))) AS activity_key,
  revision,
  origin,
  sport,
  start,
  end,
  moving_s,
  distance_m,
  elevation_gain_m,
  average_heart_rate_bpm,
  average_power_w,
  training_load
FROM slipstream.activities FINAL
WHERE status = 'finished';

CREATE VIEW IF NOT EXISTS analytics.efforts DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
WITH (SELECT argMin(value, (set_at, value)) FROM slipstream.deployment WHERE key = 'pseudonym_secret') AS secret
SELECT
  lower(hex(substring(SHA256(concat(secret, '\0', e.athlete)), 1, 8))) AS athlete_key,
  lower(hex(substring(SHA256(concat(secret, '\0', toString(e.activity))), 1, 8))) AS activity_key,
  e.kind AS kind,
  e.name AS name,
  e.value AS value,
  e.start AS start,
  e.marks AS marks
FROM slipstream.efforts AS e FINAL
INNER JOIN (SELECT athlete, id, revision FROM slipstream.activities FINAL WHERE status = 'finished') AS a
  ON a.athlete = e.athlete AND a.id = e.activity AND a.revision = e.revision;

CREATE VIEW IF NOT EXISTS analytics.daily_load DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
WITH (SELECT argMin(value, (set_at, value)) FROM slipstream.deployment WHERE key = 'pseudonym_secret') AS secret
SELECT
  lower(hex(substring(SHA256(concat(secret, '\0', athlete)), 1, 8))) AS athlete_key,
  toDate(start) AS day,
  count() AS activities,
  sum(moving_s) AS moving_s,
  sum(distance_m) AS distance_m,
  sum(elevation_gain_m) AS elevation_gain_m,
  sum(training_load) AS training_load
FROM slipstream.activities FINAL
WHERE status = 'finished'
GROUP BY athlete, day;
