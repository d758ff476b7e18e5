-- How people want what was measured to be cut: joined where two workouts are one, split where one is two.
create table workout_edits (
  id uuid primary key,
  account uuid not null references accounts on delete cascade,
  kind text not null check (kind in ('join', 'split')),
  -- Of a split both are the moment; of a join, the end of the first and the beginning of the next.
  from_at timestamptz not null,
  until_at timestamptz not null,
  -- Those that it was made of, in order of time.
  workouts text[] not null,
  created_at timestamptz not null,
  -- Remembered, so that each change of an account's edits is a version of its own.
  undone_at timestamptz
);
create index workout_edits_of_account on workout_edits (account, created_at desc);
