-- whether a closed change's content is gone. A column of its own, that no handoff changes: the state moves with each, and an index on it
-- would be written with each (see V30)
alter table change add column erased boolean not null default false;
update change set erased = true where state = 'content erased';

-- closed changes whose content is there still, by the charter that says how long, in the order of their closing
create index change_kept on change (charter_hash, closing_leaf) where closing_leaf is not null and not erased;

-- which checkpoint was the last one of a time: of ever so many, one row is read
create index checkpoint_settled_at on checkpoint (settled_at, size) where settled_at is not null;
