-- What people asked to have of all that is kept of them; the file itself lies in the object store, in parts.
create table exports (
  id text primary key,
  account uuid not null references accounts on delete cascade,
  state text not null check (state in ('waiting', 'writing', 'ready', 'failed')),
  -- Whoever writes counts itself: who was written off before finds that it is another's.
  attempt integer not null default 0,
  parts integer not null default 0,
  bytes bigint not null default 0,
  progress double precision not null default 0,
  created_at timestamptz not null,
  ended_at timestamptz,
  -- When it is removed.
  expires_at timestamptz
);
create index exports_of_account on exports (account, created_at);
create unique index exports_under_way on exports (account) where state in ('waiting', 'writing');
