-- Which sources an activity is made of, so that a file is found in it: `file:…` of files, `device/source` of devices.
alter table workouts add column sources text[] not null default '{}';

-- Files that were uploaded together, to be imported in the background.
create table imports (
  id text primary key,
  account uuid not null references accounts on delete cascade,
  created_at timestamptz not null,
  ended_at timestamptz
);
create index imports_of_account on imports (account, created_at desc, id desc);

create table import_files (
  import text not null references imports on delete cascade,
  place integer not null,
  name text not null,
  bytes integer not null,
  -- Its key in the object store, until it is imported.
  object text,
  state text not null check (state in ('waiting', 'reading', 'stored', 'refused', 'failed')),
  -- Of its samples, how many are stored.
  share double precision not null default 0,
  reason text,
  detail text,
  -- Of its samples: `file:…`; with when they begin and end.
  source text,
  first_at timestamptz,
  last_at timestamptz,
  damage text[] not null default '{}',
  primary key (import, place)
);
