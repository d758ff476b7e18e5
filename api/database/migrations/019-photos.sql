-- Photos of workouts. The images lie in the object store under the id; what has a row here is there.
create table workout_photos (
  id text primary key,
  account uuid not null,
  workout text not null,
  -- Those of a workout in their order; numbers may be missing.
  place integer not null,
  caption text not null default '',
  width integer not null,
  height integer not null,
  -- Of the photo, and with the thumbnail.
  bytes integer not null,
  stored_bytes integer not null,
  version integer not null default 1,
  created_at timestamptz not null,
  foreign key (account, workout) references workouts (account, id) on delete cascade
);
create index workout_photos_in_order on workout_photos (account, workout, place);
-- How many photos it has: they are among what its owner says of a workout, and go where that goes.
alter table workouts add column photos integer not null default 0;
