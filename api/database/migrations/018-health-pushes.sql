-- What was pushed and has something to be sent on, so that the queue of jobs names nobody.
create table health_pushes (
  id uuid primary key,
  account uuid not null references accounts on delete cascade,
  -- It lies within.
  from_at timestamptz not null,
  until_at timestamptz not null
);
create index health_pushes_of_account on health_pushes (account);
