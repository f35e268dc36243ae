-- how far inbox and outbox are pruned, in one row: whoever holds its lock prunes
create table handoff_pruned (
  id               integer primary key,
  -- of messages written before then the inbox may have forgotten some
  forgotten_before timestamptz not null,
  -- up to here the outbox holds only ids that must not be said again
  outbox_position  bigint not null
);

insert into handoff_pruned (id, forgotten_before, outbox_position) values (1, 'epoch', 0);

-- the oldest first; the index by blocks would grow blind once their room is used again
drop index handoff_inbox_received;
create index handoff_inbox_age on handoff_inbox (received_at);
