-- what a change does, as the steps of its action: two open changes about one person are not begun beside each other if they
-- do the same, whatever their charters call it. Builds before this one say nothing; then only the action's name tells
alter table proposal add column effect text;

-- an event that waits is named by the id of its observation; those from before have it once they were looked at again. A person
-- may let one wait no more
alter table occurrence
  add column observation      uuid,
  add column dismissed_by     text,
  add column dismissed_reason text,
  add column dismissed_at     timestamptz;
create index occurrence_observation on occurrence (observation) where held;
