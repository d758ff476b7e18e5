-- What was removed of whom asked for it. The proof stays; names stand here only until nothing can come back.
create table deletions (
  id uuid primary key,
  athlete text,
  devices text[] not null,
  asked_at timestamptz not null,
  passes integer not null default 0,
  passed_at timestamptz,
  done_at timestamptz,
  -- Rows, messages and keys by store and table, over all passes.
  removed jsonb not null
);
create index deletions_asked on deletions (asked_at, id);
