-- what a dead instance left unpublished is told from what a living one is about to publish
alter table handoff_outbox add column created_at timestamptz not null default now();

-- what is old is found without a walk through the whole table
create index handoff_inbox_received on handoff_inbox using brin (received_at);
