-- the log's trees, oldest first: each has an origin of its own. leaf_index, and size here and in checkpoint, are counted over all of them.
create table log_shard (
  -- empty for the first
  period text primary key,
  -- leaf_index of its first leaf
  first  bigint not null unique
);

insert into log_shard (period, first) values ('', 0);
