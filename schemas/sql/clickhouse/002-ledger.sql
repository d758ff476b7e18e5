-- One row for each message that the sink stored or gave up; written again when the message comes again.
CREATE TABLE IF NOT EXISTS slipstream.ledger (
  instance LowCardinality(String),
  shard UInt16,
  batch UInt64 CODEC(Delta, ZSTD(1)),
  kind LowCardinality(String),
  frames UInt32 CODEC(ZSTD(1)),
  samples UInt32 CODEC(ZSTD(1)),
  refused UInt32 CODEC(ZSTD(1)),
  written_at DateTime64(3, 'UTC') CODEC(DoubleDelta, ZSTD(1))
)
ENGINE = ReplacingMergeTree
ORDER BY (instance, shard, batch);
