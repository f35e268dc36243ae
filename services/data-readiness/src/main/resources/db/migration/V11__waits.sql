-- when a held change is looked at again without news; what a replica of before this version writes is looked at at once
alter table readiness
  add column held_since timestamptz default now(),
  add column look_at    timestamptz default now();

update readiness set held_since = null, look_at = null where state <> 'HELD';

create index readiness_look_at on readiness (look_at) where state = 'HELD';

-- what held changes wait for, so that news finds those it concerns: worker|system|worker id, source|system, charter|hash
create table awaited (
  concern   text not null,
  change_id uuid not null references readiness,
  primary key (concern, change_id)
);

create index awaited_change on awaited (change_id);

create index correction_change on correction (change_id);
create index correction_open on correction (requested_at) where not answered;
