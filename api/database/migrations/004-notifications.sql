-- How far what follows from facts has been written down: of each thing that facts tell of the newest revision.
create table applied_facts (
  projection text not null,
  line text not null,
  athlete text not null,
  epoch bigint not null,
  revision bigint not null,
  primary key (projection, line)
);
create index applied_facts_of_athlete on applied_facts (athlete);

-- What people are told of. One thing is told once; what does not hold any more stays, and is marked.
create table notifications (
  id bigint generated always as identity primary key,
  account uuid not null references accounts on delete cascade,
  kind text not null,
  key text not null,
  data jsonb not null,
  is_listed boolean not null,
  event_at timestamptz not null,
  created_at timestamptz not null,
  read_at timestamptz,
  withdrawn_at timestamptz,
  unique (account, kind, key)
);
create index notifications_of_account on notifications (account, id) where is_listed;
create index notifications_unread on notifications (account)
  where is_listed and read_at is null and withdrawn_at is null;
create index notifications_age on notifications (created_at);

-- Where each is said besides, and what was said there last: what differs from it is said when it is due.
create table notification_sendings (
  notification bigint not null references notifications on delete cascade,
  channel text not null,
  target text not null,
  account uuid not null references accounts on delete cascade,
  due_at timestamptz,
  told text,
  primary key (notification, channel, target)
);
create index notification_sendings_due on notification_sendings (due_at) where due_at is not null;
create index notification_sendings_of_account on notification_sendings (account, channel, target);

create table notification_preferences (
  account uuid primary key references accounts on delete cascade,
  version integer not null,
  quiet_from text,
  quiet_to text,
  channels jsonb not null
);

-- Browsers that news is pushed to. One browser is one account's: whoever logged in there last.
create table push_subscriptions (
  id uuid primary key,
  account uuid not null references accounts on delete cascade,
  endpoint text not null unique,
  p256dh text not null,
  auth text not null,
  agent text not null,
  created_at timestamptz not null
);
create index push_subscriptions_of_account on push_subscriptions (account, created_at);

-- Programs that news is sent to. The secret is kept as it is: every message is signed with it.
create table webhooks (
  id uuid primary key,
  account uuid not null references accounts on delete cascade,
  url text not null,
  secret text not null,
  version integer not null default 1,
  created_at timestamptz not null,
  failures integer not null default 0,
  disabled_at timestamptz,
  disabled_because text,
  last_at timestamptz,
  last_outcome text
);
create index webhooks_of_account on webhooks (account, created_at);

-- Keys that this deployment made for itself, once.
create table server_keys (
  name text primary key,
  data jsonb not null,
  created_at timestamptz not null
);
