-- A story kept in memory is used when its change still has the revision it was stored with.
alter table change add column revision uuid;
-- leaf index of its first message logged: newest first, and never changed
alter table change add column opened bigint not null default 0;
-- leaf index of its ChangeClosed: certified as soon as a checkpoint is larger
alter table change add column closing_leaf bigint;
alter table change drop column certified;

-- a change is known from its first handoff on, even when that is not the proposal
insert into change (change_id, charter, charter_hash, subject, state, holder, since, last, sequence, missing, refused)
select distinct on (change_id) change_id, '', '', '', 'a handoff has not arrived yet', 'evidence-ledger', logged_at, type,
       sequence, 'chain', ''
from message where change_id is not null and sequence > 0
order by change_id, sequence desc
on conflict (change_id) do nothing;

update change set
  opened = coalesce((select min(leaf_index) from message where message.change_id = change.change_id), 0),
  closing_leaf = (select min(leaf_index) from message
                  where message.change_id = change.change_id and sequence > 0 and type = 'ChangeClosed');

-- room for updates beside the row
alter table change set (fillfactor = 70);
create index change_opened on change (opened);
create index change_charter on change (charter_hash) where outcome is null and missing = 'charter';
create index change_unproved on change (change_id) where outcome is null and holder = 'evidence-ledger';

-- changes to be looked at again, because an activity or a charter may have moved them
create table stirred (
  change_id uuid primary key
);

-- only these are looked for by subject
drop index message_subject;
create index message_observed on message (subject, leaf_index) where type = 'IdentityObserved';
create index message_charter on message (subject) where type = 'CharterPublished';
create index message_set_aside on message (leaf_index) where type = 'DeadLettered';

-- row 1: the size of the log; who holds it appends. Row 2: who holds it publishes; its size means nothing.
insert into log_state (id, size) values (2, 0);
