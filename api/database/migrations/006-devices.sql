-- A code that somebody asked for to pair a device with; the newest of an account counts.
create table device_pairings (
  account uuid primary key references accounts on delete cascade,
  code_hash text not null unique,
  expires_at timestamptz not null
);

create table devices (
  -- As it signs its frames: its own name behind a word that follows from the athlete.
  id text primary key,
  account uuid not null references accounts on delete cascade,
  name text not null,
  paired_at timestamptz not null,
  -- When it was let go; its samples stay.
  ended_at timestamptz
);
create index devices_of_account on devices (account, paired_at);

-- What devices were given, by the id of the token: the token itself is nowhere kept.
create table device_credentials (
  token_id text primary key,
  device text not null references devices on delete cascade,
  issued_at timestamptz not null,
  expires_at timestamptz not null,
  -- From when on it counts no longer.
  ends_at timestamptz
);
create index device_credentials_of_device on device_credentials (device);
