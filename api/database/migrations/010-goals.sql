-- What people mean to do in every week, month or year.
create table goals (
  id uuid primary key,
  account uuid not null references accounts on delete cascade,
  measure text not null,
  period text not null,
  -- Null: all of them.
  sport text,
  target double precision not null,
  version integer not null default 1,
  -- How often was looked whether it is reached: who measured before somebody else looked measures again.
  looks integer not null default 0,
  created_at timestamptz not null
);
create index goals_of_account on goals (account, created_at);
