-- When ingest received the message: the hot store names its ledger's lines by it, so they can be written anew.
-- Lines from before this step have the time at which they were written.
ALTER TABLE slipstream.ledger
ADD COLUMN IF NOT EXISTS received_at DateTime64(3, 'UTC') DEFAULT written_at CODEC(DoubleDelta, ZSTD(1));
