-- input that this service set aside, as it came, and what an operator did with it
create table handoff_dead_letter (
  id          uuid primary key,
  code        text not null,
  reason      text not null,
  origin      text not null,
  key         text,
  headers     text not null,
  payload     bytea not null,
  reported_at timestamptz not null,
  state       text not null,
  resolved_by text,
  resolved_at timestamptz,
  resolution  text
);

create index handoff_dead_letter_open on handoff_dead_letter (reported_at) where state = 'OPEN';
