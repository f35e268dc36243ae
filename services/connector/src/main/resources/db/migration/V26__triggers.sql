-- what a feed said, what was found in what was read, and what a schedule was due for: each opens its changes once. What
-- cannot be opened yet because nobody knows whom it is about is held, and looked at again
create table occurrence (
  source    text not null,
  event_id  text not null,
  content   text not null,
  seen_at   timestamptz not null,
  held      boolean not null default false,
  looked_at timestamptz not null,
  primary key (source, event_id)
);
create index occurrence_held on occurrence (looked_at) where held;

-- the last run of each schedule that was due, or when the schedule was first seen
create table schedule_run (
  charter  text not null,
  schedule text not null,
  run_at   timestamptz not null,
  primary key (charter, schedule)
);

-- what HR said last of each worker's leaving, by the day it holds from; of rows read before this it is not known here
create table worker (
  worker_id text primary key,
  event     text not null,
  since     date not null
);

-- what a trigger looks for in accounts; of those read before this it is not known. Builds that keep it have another fingerprint,
-- so each account is observed once more
alter table account
  add column enabled       boolean,
  add column manager       text,
  add column group_paths   text[],
  add column roles         text[],
  add column credential_at timestamptz;
create index account_manager on account (manager) where manager is not null;
