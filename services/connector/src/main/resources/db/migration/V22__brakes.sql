-- too much at once: what a trigger would open is held, or what a source does not list any more is not believed
create table brake (
  id         uuid primary key,
  scope      text not null,
  source     text not null,
  charter    text,
  version    text,
  hash       text,
  event      text,
  rule       text not null,
  affected   bigint not null,
  allowed    bigint not null,
  population bigint,
  held       bigint not null,
  applied_at timestamptz not null,
  outcome    text,
  ended_by   text,
  reason     text,
  ended_at   timestamptz,
  spent      boolean not null default false
);
create unique index brake_on on brake (scope) where ended_at is null;
create index brake_last on brake (scope, applied_at);

-- the brake that holds a change, or held it; and when a change was handed on, from which the limits of an hour count
alter table proposal
  add column brake_id    uuid,
  add column proposed_at timestamptz;
update proposal set proposed_at = since where proposed;
create index proposal_brake on proposal (brake_id) where brake_id is not null;
create index proposal_recent on proposal (charter, proposed_at);
