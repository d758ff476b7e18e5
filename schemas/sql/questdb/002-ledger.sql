-- One row for each message that the sink stored or gave up; ts is when ingest received it, so a repeat is the same row.
CREATE TABLE IF NOT EXISTS ledger (
  ts TIMESTAMP,
  instance SYMBOL CAPACITY 1024 CACHE,
  shard INT,
  "batch" LONG,
  kind SYMBOL CAPACITY 16 CACHE,
  frames LONG,
  samples LONG,
  refused LONG,
  expired LONG
) TIMESTAMP(ts) PARTITION BY MONTH WAL
DEDUP UPSERT KEYS(ts, instance, shard, "batch");
