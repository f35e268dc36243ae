-- Rows that are written for every message: fewer indexes, none on what moves, nothing out of line.

-- almost every message is kept under the key of its change: only the others are looked for by owner
drop index message_owner;
create index message_owner_outside on message (owner) where owner is distinct from change_id;
-- encrypted content does not compress; a row of two or three kilobytes stays in one piece
alter table message alter column content set storage external;
alter table message set (toast_tuple_target = 8160);

-- An update that changes no indexed column writes no index (HOT). Holder, missing and outcome move with each handoff,
-- so the indexes of what timers ask for stand on a column that does not.
drop index change_account;
drop index change_charter;
drop index change_unproved;
alter table change add column unproved boolean
  generated always as (outcome is null and holder = 'evidence-ledger') stored;
create index change_unproved on change (change_id) where unproved;
create index change_unproved_account on change (account) where unproved;
create index change_unproved_charter on change (charter_hash) where unproved;
create index change_account on change (account);
-- a batch updates most rows of a page at once: as much room as they take
alter table change set (fillfactor = 45);
create index change_open on change (opened) where outcome is null;

-- services wait much more often than people
drop index wait_people;
create index wait_people on wait using gin (string_to_array(people, ',')) where until is null and people <> '';
