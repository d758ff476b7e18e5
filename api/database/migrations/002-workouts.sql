-- What accounts did: what the stream showed, and what was entered by hand. Numbers of the stream are those of the
-- revision that holds; what a person states of a workout stands beside them.
create table workouts (
  account uuid not null references accounts on delete cascade,
  -- Of the stream's, the id of the activity.
  id text not null,
  source text not null check (source in ('stream', 'manual')),
  -- A workout that the stream took back, or that its owner removed, is remembered, so that no repeat brings it again.
  state text not null check (state in ('held', 'withdrawn', 'removed')),
  -- Of the fact that the numbers are from: the greater one holds.
  revision bigint not null,
  epoch bigint not null,
  measured_sport text,
  stated_sport text,
  sport text not null,
  started_at timestamptz not null,
  ended_at timestamptz not null,
  time_zone text,
  moving_s double precision,
  distance_m double precision,
  climb_m double precision,
  average_heart_rate_bpm double precision,
  energy_kcal double precision,
  name text not null default '',
  notes text not null default '',
  -- Name and notes as they are searched: without differences of case and of form.
  search text not null default '',
  effort smallint,
  visibility text not null default 'private',
  version integer not null default 1,
  primary key (account, id)
);
-- A page of the history, and the sums of all of it, without a look at the table.
create index workouts_history on workouts (account, started_at desc, id desc)
  include (sport, source, moving_s, distance_m, climb_m) where state = 'held';

-- Who changed what of a workout, and when.
create table workout_changes (
  number bigint generated always as identity primary key,
  account uuid not null,
  workout text not null,
  at timestamptz not null,
  actor text not null,
  act text not null,
  before jsonb not null,
  after jsonb not null,
  foreign key (account, workout) references workouts (account, id) on delete cascade
);
create index workout_changes_of_workout on workout_changes (account, workout, number desc);
