-- What people say of their workouts, for sums: those entered by hand with their numbers; of those from the stream (the
-- rows of `activities` with the same id) another sport (else '') or that they were removed. The greatest version holds.
CREATE TABLE IF NOT EXISTS slipstream.stated_workouts (
  athlete String,
  id FixedString(16),
  version UInt64,
  source LowCardinality(String),
  is_removed Bool,
  sport LowCardinality(String),
  start DateTime64(3, 'UTC'),
  moving_s Nullable(Float64),
  distance_m Nullable(Float64),
  elevation_gain_m Nullable(Float64)
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (athlete, id);
