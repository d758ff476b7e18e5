-- What athletes and devices did (start, stop, pause, resume, lap, sport), as codes: see schemas/events.ts.
CREATE TABLE IF NOT EXISTS events (
  ts TIMESTAMP,
  series SYMBOL CAPACITY 16384 CACHE,
  boot LONG,
  seq LONG,
  offset_ms LONG,
  event INT,
  sport INT
) TIMESTAMP(ts) PARTITION BY DAY TTL 7 DAYS WAL
DEDUP UPSERT KEYS(ts, series, boot);
