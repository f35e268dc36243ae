-- What a held change waits for, so that news finds those it concerns, and when it is looked at again without news.
-- A row that a replica of before this version writes is looked at at once; that fills in the rest.
alter table readiness
  add column waits_for  text[] not null default '{}',
  add column held_since timestamptz default now(),
  add column look_at    timestamptz default now();

update readiness set held_since = null, look_at = null where state <> 'HELD';

create index readiness_waits_for on readiness using gin (waits_for) where state = 'HELD';
create index readiness_look_at on readiness (look_at) where state = 'HELD';

create index correction_change on correction (change_id);
create index correction_open on correction (requested_at) where not answered;
