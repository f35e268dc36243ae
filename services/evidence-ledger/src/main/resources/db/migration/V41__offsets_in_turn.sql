-- the log's size when a manifest named the partition last: who waits longest comes first
alter table offset_read add column accounted bigint not null default 0;
