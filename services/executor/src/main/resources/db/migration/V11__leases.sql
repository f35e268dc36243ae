-- a lease has a number, so that who was overtaken can neither prolong it nor settle the execution
alter table execution
  add column attempt integer not null default 0,
  add column interrupted boolean not null default false;

-- what one target has to do, soonest end first
create index execution_of_target on execution (target, expires_at) where state = 'INTENDED';

create index execution_of_change on execution (change_id);
