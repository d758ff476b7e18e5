-- Of the algorithms that computed a revision's metrics: name → version.
ALTER TABLE slipstream.activities ADD COLUMN IF NOT EXISTS versions Map(LowCardinality(String), UInt16);
