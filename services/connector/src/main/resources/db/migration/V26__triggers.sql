-- what a feed said, what was found in what was read, and what a schedule was due for: each opens its changes once. What
-- cannot be opened yet, say because nobody knows whom it is about, is held, and looked at again. A finding has the id of its
-- change: when that ended without effect, the same is found anew under the next id, <finding>#<n>
create table occurrence (
  source    text not null,
  event_id  text not null,
  content   text not null,
  finding   text generated always as (regexp_replace(event_id, '#[0-9]+$', '')) stored,
  change_id uuid,
  seen_at   timestamptz not null,
  held      boolean not null default false,
  looked_at timestamptz not null,
  primary key (source, event_id)
);
create index occurrence_finding on occurrence (source, finding) where change_id is not null;
create index occurrence_held on occurrence (looked_at) where held;

-- the last run of each schedule that was due, or when the schedule was first seen
create table schedule_run (
  charter  text not null,
  schedule text not null,
  run_at   timestamptz not null,
  primary key (charter, schedule)
);

-- the latest day on which HR says that a worker leaves, and the latest on which they are there; of rows read before this it
-- is not known here
create table worker (
  worker_id text primary key,
  left_on   date,
  back_on   date
);

-- what a trigger looks for in accounts; of those read before this it is not known. Builds that keep it have another fingerprint,
-- so each account is observed once more
alter table account
  add column enabled            boolean,
  add column enabled_since      timestamptz,
  add column manager            text,
  add column group_paths        text[],
  add column roles              text[],
  add column credential_at      timestamptz,
  add column credential_read_at timestamptz;
create index account_manager on account (manager) where manager is not null;
