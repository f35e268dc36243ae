-- until when the next handoff of a change is in time, and the last such time that passed without one. No index: both move with each handoff
alter table change add column due timestamptz;
alter table change add column overdue timestamptz;
-- those that wait since before: looking at them once tells
insert into stirred (change_id) select change_id from change where outcome is null order by change_id on conflict do nothing;
