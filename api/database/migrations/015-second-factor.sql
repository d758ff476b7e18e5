-- Since when an account's log-in asks for a second factor; null: a password is enough.
alter table accounts add column second_factor_at timestamptz;

-- What codes are computed from, encrypted: the key is not in the database.
create table second_factors (
  account uuid primary key references accounts on delete cascade,
  sealed_secret text not null,
  created_at timestamptz not null,
  -- Null until a code has shown that somebody's app has the secret.
  confirmed_at timestamptz,
  -- The step of time of the last code that was taken: no code of it or of an earlier one is taken again.
  last_step bigint
);

-- Each is good once; of the code itself only a salted digest stands here.
create table recovery_codes (
  account uuid not null references accounts on delete cascade,
  digest text not null,
  used_at timestamptz,
  primary key (account, digest)
);

-- Somebody has said the right password, and is asked for the second factor.
create table login_challenges (
  hash text primary key,
  account uuid not null references accounts on delete cascade,
  -- How the session is wanted, and by which program: it gets no other.
  answer_as text not null check (answer_as in ('cookie', 'token')),
  agent text not null,
  tries integer not null default 0,
  expires_at timestamptz not null
);
create index login_challenges_of_account on login_challenges (account, expires_at);
