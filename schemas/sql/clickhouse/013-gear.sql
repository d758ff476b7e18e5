-- What one activity did to one piece of gear: the greatest (revision, epoch) holds, as for the activity. What is
-- not counted was taken back: the activity was withdrawn, or the gear was not in use in it after all.
CREATE TABLE IF NOT EXISTS slipstream.gear_load (
  athlete String,
  gear String,
  activity FixedString(16),
  revision UInt64,
  epoch UInt32,
  kind LowCardinality(String),
  is_counted Bool,
  sport LowCardinality(String),
  start DateTime64(3, 'UTC'),
  end DateTime64(3, 'UTC'),
  distance_m Nullable(Float64),
  moving_s Nullable(Float64),
  elevation_gain_m Nullable(Float64),
  impacts Nullable(UInt32),
  wet_s Nullable(Float64),
  air_temperature_mean_c Nullable(Float64),
  air_temperature_min_c Nullable(Float64),
  air_temperature_max_c Nullable(Float64),
  marked Array(LowCardinality(String)),
  order_of_revision UInt64 MATERIALIZED revision * 4294967296 + epoch
)
ENGINE = ReplacingMergeTree(order_of_revision)
ORDER BY (athlete, gear, activity);

-- What each piece of gear has done, as far as it was measured; `marked_activities` had poor evidence of some number.
CREATE VIEW IF NOT EXISTS slipstream.gear_totals AS
SELECT
  athlete,
  gear,
  any(kind) AS kind,
  count() AS activities,
  countIf(notEmpty(marked)) AS marked_activities,
  min(start) AS first_used,
  max(end) AS last_used,
  sum(distance_m) AS distance_m,
  sum(moving_s) AS moving_s,
  sum(elevation_gain_m) AS elevation_gain_m,
  sum(impacts) AS impacts,
  sum(wet_s) AS wet_s,
  min(air_temperature_min_c) AS air_temperature_min_c,
  max(air_temperature_max_c) AS air_temperature_max_c
FROM slipstream.gear_load FINAL
WHERE is_counted
GROUP BY athlete, gear;

CREATE VIEW IF NOT EXISTS analytics.gear_load DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
WITH (SELECT argMin(value, (set_at, value)) FROM slipstream.deployment WHERE key = 'pseudonym_secret') AS secret
SELECT
  lower(hex(substring(SHA256(concat(secret, '\0', athlete)), 1, 8))) AS athlete_key,
  lower(hex(substring(SHA256(concat(secret, '\0', athlete, '\0', gear)), 1, 8))) AS gear_key,
  lower(hex(substring(SHA256(concat(secret, '\0', toString(activity))), 1, 8))) AS activity_key,
  kind,
  sport,
  start,
  end,
  distance_m,
  moving_s,
  elevation_gain_m,
  impacts,
  wet_s,
  air_temperature_mean_c,
  marked
FROM slipstream.gear_load FINAL
WHERE is_counted;

CREATE VIEW IF NOT EXISTS analytics.gear_totals DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
WITH (SELECT argMin(value, (set_at, value)) FROM slipstream.deployment WHERE key = 'pseudonym_secret') AS secret
SELECT
  lower(hex(substring(SHA256(concat(secret, '\0', athlete)), 1, 8))) AS athlete_key,
  lower(hex(substring(SHA256(concat(secret, '\0', athlete, '\0', gear)), 1, 8))) AS gear_key,
  kind,
  activities,
  marked_activities,
  first_used,
  last_used,
  distance_m,
  moving_s,
  elevation_gain_m,
  impacts,
  wet_s,
  air_temperature_min_c,
  air_temperature_max_c
FROM slipstream.gear_totals;
