-- Of the athlete's settings in CONFIG that a revision's metrics were computed with; 0 when nothing was stated.
ALTER TABLE slipstream.activities ADD COLUMN IF NOT EXISTS settings_version UInt32;
