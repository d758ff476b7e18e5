-- People, how they log in, and what they did to their accounts. Secrets stand here as hashes only.
create table accounts (
  id uuid primary key,
  -- Whose samples, activities and settings are theirs, everywhere else in the platform.
  athlete text not null unique,
  email text not null,
  -- The address as it is compared: two that differ in case alone are one.
  email_key text not null unique,
  password_hash text not null,
  verified_at timestamptz,
  roles text[] not null,
  -- Whose races they set up, with the role of an organiser.
  organiser text,
  version integer not null default 1,
  created_at timestamptz not null
);

create table sessions (
  id uuid primary key,
  account uuid not null references accounts on delete cascade,
  access_hash text not null unique,
  access_expires_at timestamptz not null,
  created_at timestamptz not null,
  seen_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  ended_because text,
  agent text not null,
  address text not null
);
create index sessions_of_account on sessions (account, created_at);

-- All refresh tokens of a session, used ones too: one that is shown again was stolen.
create table refresh_tokens (
  hash text primary key,
  session uuid not null references sessions on delete cascade,
  used_at timestamptz
);
create index refresh_tokens_of_session on refresh_tokens (session);

-- What was sent by e-mail to confirm an address or to set a new password.
create table mail_tokens (
  hash text primary key,
  account uuid not null references accounts on delete cascade,
  kind text not null,
  email text not null,
  expires_at timestamptz not null
);
create index mail_tokens_of_account on mail_tokens (account, kind);

-- Wrong guesses, by a digest of the address that was tried, whether anybody has it or not.
create table login_failures (
  key text primary key,
  failures integer not null,
  failed_at timestamptz not null,
  locked_until timestamptz
);

create table audit_log (
  id bigint generated always as identity primary key,
  at timestamptz not null,
  actor text not null,
  -- Stays when the account is deleted: no reference.
  account uuid,
  act text not null,
  address text not null,
  detail jsonb not null
);
create index audit_log_of_account on audit_log (account, id);

-- What has to happen outside because of a change in here, written with the change.
create table outbox (
  id bigint generated always as identity primary key,
  kind text not null,
  data jsonb not null,
  attempts integer not null default 0,
  next_at timestamptz not null,
  created_at timestamptz not null
);
create index outbox_next on outbox (next_at);

-- Answers to requests that came with an idempotency key, to be given again.
create table idempotency_keys (
  scope text not null,
  key text not null,
  request_hash text not null,
  answer jsonb,
  created_at timestamptz not null,
  primary key (scope, key)
);
create index idempotency_keys_age on idempotency_keys (created_at);
