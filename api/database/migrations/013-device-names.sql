-- What its owner calls a device, in place of what it calls itself.
alter table devices add column label text;
alter table devices add column version integer not null default 1;
