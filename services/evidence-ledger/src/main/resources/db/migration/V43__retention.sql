-- closed changes whose content is there still, by the charter that says how long, in the order of their closing. Both columns and the
-- generated one change once or twice in a change's life: no other handoff writes the index
alter table change add column kept boolean
  generated always as (closing_leaf is not null and state <> 'content erased') stored;
create index change_kept on change (charter_hash, closing_leaf) where kept;

-- which checkpoint was the last one of a time: of ever so many, one row is read
create index checkpoint_settled_at on checkpoint (settled_at, size) where settled_at is not null;
