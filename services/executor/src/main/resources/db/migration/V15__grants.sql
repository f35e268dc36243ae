-- what was granted for a time is taken away then: the execution is leased once more
alter table execution add column ends_at timestamptz;
create index execution_grants on execution (ends_at) where state = 'INTENDED' and ends_at is not null;
