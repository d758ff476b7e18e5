-- What became of the newest messages to a program, for its owner to see. Nothing of what a message said is kept.
create table webhook_deliveries (
  id bigint primary key generated always as identity,
  webhook uuid not null references webhooks on delete cascade,
  sent_at timestamptz not null,
  -- Asked for by its owner, to see whether it answers.
  is_test boolean not null,
  -- How many notifications were in it.
  notifications integer not null,
  -- The status of the answer, or words for why there is none.
  outcome text not null,
  is_good boolean not null
);
create index webhook_deliveries_of_webhook on webhook_deliveries (webhook, id);
