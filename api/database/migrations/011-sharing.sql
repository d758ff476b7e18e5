-- Where the hidden places around privacy zones lie follows from this, and nobody can tell where a zone is without it.
alter table accounts add column privacy_key uuid not null default gen_random_uuid();
-- Others know the id of a workout alone.
create index workouts_shared on workouts (id) where state = 'held' and visibility = 'everybody';
