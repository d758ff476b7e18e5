-- Where records of phones' health stores come from: an app and a device, whose digest is their source in the stream.
create table health_sources (
  account uuid not null references accounts on delete cascade,
  source text not null,
  store text not null,
  app text not null,
  device text not null,
  first_at timestamptz not null,
  primary key (account, source)
);

create table health_records (
  account uuid not null references accounts on delete cascade,
  store text not null,
  -- The store's own; of an export it follows from the contents.
  id text not null,
  -- Null, as all that follows, of one that was deleted in the store.
  source text,
  measure text,
  start_at timestamptz,
  end_at timestamptz,
  -- The sum of amounts, the mean of samples.
  value double precision,
  -- What is to be sent: of a workout and of samples. Without it nothing is.
  content jsonb,
  sent_at timestamptz,
  withdrawn_at timestamptz,
  primary key (account, store, id)
);
create index health_records_by_time on health_records (account, start_at) where withdrawn_at is null;
create index health_records_to_send on health_records (account)
  where content is not null and sent_at is null and withdrawn_at is null;

-- Of an export of a health store: what was in it, and what of it we do not keep.
alter table import_files add column health jsonb;
