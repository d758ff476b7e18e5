-- What people agreed to and took back, each time: the last row of a kind holds. Nothing of it is ever changed.
create table consents (
  account uuid not null references accounts on delete cascade,
  -- Counts an account's rows.
  number integer not null,
  kind text not null check (kind in ('healthData', 'productEvents')),
  is_given boolean not null,
  -- The version of the words that were agreed to, or whose consent was taken back.
  text text not null,
  at timestamptz not null,
  primary key (account, number)
);
