-- What was suggested of a profile and left by its owner: by value and sport the newest. It is not asked about again.
create table left_suggestions (
  account uuid not null references accounts on delete cascade,
  value text not null,
  sport text not null,
  suggested double precision not null,
  left_at timestamptz not null,
  primary key (account, value, sport)
);
