-- what a transaction leaves to be published, in a narrow row of its own: published is deleted, and the message is written once
-- what a replica of before writes now would be noted nowhere
lock table handoff_outbox in access exclusive mode;

create table handoff_unpublished (
  batch      bigint generated always as identity primary key,
  created_at timestamptz not null default now(),
  ids        uuid[] not null
);

insert into handoff_unpublished (ids)
  select array_agg(id) from handoff_outbox where published_at is null having count(*) > 0;

drop index handoff_outbox_unpublished;
alter table handoff_outbox drop column published_at;
