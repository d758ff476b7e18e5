-- What people did with the product who agreed that it is counted, under a random id that only the API's own database
-- connects with an account. `event` names what happened, so that a repeat is the same row. Forgotten after 400 days,
-- but for when somebody came.
CREATE TABLE IF NOT EXISTS slipstream.product_events (
  person UUID,
  event String,
  kind LowCardinality(String),
  way LowCardinality(String),
  at DateTime64(3, 'UTC')
)
ENGINE = ReplacingMergeTree
ORDER BY (person, event)
TTL toDateTime(at) + INTERVAL 400 DAY DELETE WHERE kind NOT IN ('signed_up', 'verified');
