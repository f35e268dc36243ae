-- what an ITSM is yet to be shown of routes; none is kept unless there is one
create table mirror (
  position  bigint generated always as identity primary key,
  change_id uuid not null,
  stage     text not null,
  kind      text not null,
  text      text not null,
  at        timestamptz not null,
  attempts  integer not null default 0,
  due_at    timestamptz not null
);

create index mirror_ticket on mirror (change_id, stage, position);
create index mirror_due on mirror (due_at);
