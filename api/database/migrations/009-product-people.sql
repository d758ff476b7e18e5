-- Who agreed to be counted, and the random id under which it is done. Taking that back removes the row: then nothing
-- connects the id with anybody.
create table product_people (
  account uuid primary key references accounts on delete cascade,
  person uuid not null unique,
  -- The key under which it is written what an event is about.
  salt uuid not null,
  -- The last day for which it was counted that somebody was here.
  active_on date
);
