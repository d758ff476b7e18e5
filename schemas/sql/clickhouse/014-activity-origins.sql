-- Which device and source gave what of an activity, as JSON (schemas/activity-origins.ts); '' for older ones.
ALTER TABLE slipstream.activities ADD COLUMN IF NOT EXISTS origins String CODEC(ZSTD(3));
