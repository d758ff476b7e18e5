-- What athletes and devices did (start, stop, pause, resume, lap, sport), as codes: see schemas/events.ts.
CREATE TABLE IF NOT EXISTS slipstream.events (
  device LowCardinality(String),
  athlete LowCardinality(String),
  source LowCardinality(String),
  firmware LowCardinality(String),
  boot UInt64 CODEC(ZSTD(1)),
  seq UInt64 CODEC(Delta, ZSTD(1)),
  device_time DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  ts DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  event Nullable(UInt16) CODEC(ZSTD(1)),
  sport Nullable(UInt16) CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(ts)
ORDER BY (device, ts, source, boot);

CREATE VIEW IF NOT EXISTS analytics.events DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
WITH (SELECT argMin(value, (set_at, value)) FROM slipstream.deployment WHERE key = 'pseudonym_secret') AS secret
SELECT
  if(athlete = '', '', lower(hex(substring(SHA256(concat(secret, '\0', athlete)), 1, 8)))) AS athlete_key,
  if(device = '', '', lower(hex(substring(SHA256(concat(secret, '\0', device)), 1, 8)))) AS device_key,
  source,
  ts,
  event,
  sport
FROM slipstream.events FINAL;
