-- who had a part in a change is looked up by an index only once the change is closed: an entry each then, and none with the row versions
-- before. A column of its own, that no handoff moves; open changes are few, and read through
drop index change_actors;
alter table change add column closed_actors text[]
  generated always as (case when closing_leaf is not null then string_to_array(nullif(actors, ''), ',') end) stored;
create index change_actors on change using gin (closed_actors) where closed_actors is not null;
-- finds what ended and is not closed yet, too
drop index change_open;
create index change_open on change (opened) where closing_leaf is null;
