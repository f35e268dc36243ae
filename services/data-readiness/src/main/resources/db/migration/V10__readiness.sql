-- each change and how its data was last judged
create table readiness (
  change_id   uuid primary key,
  change      bytea not null,
  cause       uuid not null,
  state       text not null,
  reasons     text not null,
  facts       text not null,
  plan        text,
  plan_hash   text,
  hold_until  timestamptz,
  corrections text not null
);

create index readiness_held on readiness (change_id) where state = 'HELD';

-- facts that someone was asked to supply
create table correction (
  id             uuid primary key,
  change_id      uuid not null references readiness,
  subject_system text not null,
  subject_id     text not null,
  fact           text not null,
  question       text not null,
  requested_at   timestamptz not null,
  due_at         timestamptz not null,
  answered       boolean not null
);
