-- each change on its way through the stages of its charter
create table route (
  change_id     uuid primary key,
  change        bytea not null,
  charter_hash  text not null,
  cause         uuid not null,
  account       text not null,
  manager       text,
  plan          bytea not null,
  plan_hash     text not null,
  state         text not null,
  stage         integer not null,
  stage_name    text not null,
  requested_at  timestamptz,
  expires_at    timestamptz,
  candidates    text not null,
  held          text
);

create index route_open on route (change_id) where state in ('OPEN', 'CHARTER_UNKNOWN');

-- what was decided and what was refused, as handed on
create table decision (
  id         uuid primary key,
  change_id  uuid not null references route,
  stage      integer not null,
  stage_name text not null,
  decided_by text,
  decision   text not null,
  refusal    text,
  reason     text not null,
  decided_at timestamptz not null
);

create index decision_change on decision (change_id);
