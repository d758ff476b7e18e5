-- What athletes say of themselves, of the version that their page saw. What is not known is null.
create table profiles (
  account uuid primary key references accounts on delete cascade,
  version integer not null,
  updated_at timestamptz not null,
  birth_date date,
  sex text,
  units text not null,
  language text not null,
  region text,
  time_zone text not null,
  preferred_sources text[] not null,
  -- Who may see each kind of data.
  visibility jsonb not null
);

-- What holds from a day on, in some sports or all: weight, heart rates, zones, thresholds.
create table profile_statements (
  account uuid not null references profiles on delete cascade,
  -- body, heart or thresholds
  list text not null,
  place integer not null,
  from_day date not null,
  sports text[],
  stated jsonb not null,
  primary key (account, list, place)
);

-- Where tracks begin and end that nobody else shall see.
create table privacy_zones (
  account uuid not null references profiles on delete cascade,
  place integer not null,
  name text not null,
  latitude double precision not null,
  longitude double precision not null,
  radius_m integer not null,
  primary key (account, place)
);
