-- One row for each sample. `ts` is device time plus an offset that is frozen per boot, so (device, ts, source, boot) is
-- the sample's identity; a repeated row replaces itself when parts merge, and readers use FINAL until then.
-- Values are scaled integers; units appear in the analytics views.
CREATE DATABASE IF NOT EXISTS slipstream;

CREATE TABLE IF NOT EXISTS slipstream.samples (
  device LowCardinality(String),
  athlete LowCardinality(String),
  source LowCardinality(String),
  firmware LowCardinality(String),
  boot UInt64 CODEC(ZSTD(1)),
  seq UInt64 CODEC(Delta, ZSTD(1)),
  device_time DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  ts DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  heart_rate Nullable(UInt16) CODEC(ZSTD(1)),
  spo2 Nullable(UInt16) CODEC(ZSTD(1)),
  latitude Nullable(Int32) CODEC(Delta, ZSTD(1)),
  longitude Nullable(Int32) CODEC(Delta, ZSTD(1)),
  altitude Nullable(Int32) CODEC(ZSTD(1)),
  horizontal_accuracy Nullable(UInt16) CODEC(ZSTD(1)),
  speed Nullable(UInt32) CODEC(ZSTD(1)),
  distance Nullable(UInt32) CODEC(ZSTD(1)),
  cadence Nullable(UInt16) CODEC(ZSTD(1)),
  power Nullable(UInt16) CODEC(ZSTD(1)),
  ambient_temperature Nullable(Int16) CODEC(ZSTD(1)),
  skin_temperature Nullable(Int16) CODEC(ZSTD(1)),
  respiration_rate Nullable(UInt16) CODEC(ZSTD(1)),
  steps Nullable(UInt32) CODEC(ZSTD(1)),
  battery Nullable(UInt16) CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(ts)
ORDER BY (device, ts, source, boot);

CREATE TABLE IF NOT EXISTS slipstream.rr (
  device LowCardinality(String),
  athlete LowCardinality(String),
  source LowCardinality(String),
  firmware LowCardinality(String),
  boot UInt64 CODEC(ZSTD(1)),
  seq UInt64 CODEC(Delta, ZSTD(1)),
  device_time DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  ts DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1)),
  rr Nullable(UInt16) CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMM(ts)
ORDER BY (device, ts, source, boot);
