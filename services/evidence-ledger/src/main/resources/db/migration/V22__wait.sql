-- who held each change, from when to when: coordination debt. Changes from before have no rows for what was over.
create table wait (
  change_id uuid not null,
  sequence  integer not null,
  party     text not null,
  charter   text not null,
  unit      text not null,
  -- one text: Hibernate Reactive reads no array columns
  people    text not null,
  since     timestamptz not null,
  until     timestamptz,
  rework    text,
  primary key (change_id, sequence, party)
);

create index wait_open on wait (since, change_id, sequence) where until is null;
create index wait_people on wait using gin (string_to_array(people, ',')) where until is null;
create index wait_ended on wait (until) where until is not null;
