-- The last days of samples. `series` is device/source in one symbol, which costs less than two; `boot` is its 64 bits
-- read as signed; device time is ts minus offset_ms. Values are scaled integers.
CREATE TABLE IF NOT EXISTS samples (
  ts TIMESTAMP,
  series SYMBOL CAPACITY 16384 CACHE,
  boot LONG,
  seq LONG,
  offset_ms LONG,
  heart_rate INT,
  spo2 INT,
  latitude INT,
  longitude INT,
  altitude INT,
  horizontal_accuracy INT,
  speed INT,
  distance INT,
  cadence INT,
  power INT,
  ambient_temperature INT,
  skin_temperature INT,
  respiration_rate INT,
  steps INT,
  battery INT
) TIMESTAMP(ts) PARTITION BY DAY TTL 7 DAYS WAL
DEDUP UPSERT KEYS(ts, series, boot);

CREATE TABLE IF NOT EXISTS rr (
  ts TIMESTAMP,
  series SYMBOL CAPACITY 16384 CACHE,
  boot LONG,
  seq LONG,
  offset_ms LONG,
  rr INT
) TIMESTAMP(ts) PARTITION BY DAY TTL 7 DAYS WAL
DEDUP UPSERT KEYS(ts, series, boot);
