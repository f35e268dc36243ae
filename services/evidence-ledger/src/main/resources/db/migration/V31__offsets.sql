-- how far each partition was read, and what of it no manifest accounts for yet
create table offset_read (
  topic     text not null,
  partition integer not null,
  -- the first offset that no manifest accounts for
  since     bigint not null,
  -- the first offset that was not read
  next      bigint not null,
  -- records read from since on
  number    bigint not null,
  -- over every record ever read, see OffsetManifest
  chain     text not null,
  -- offsets from since on at which nothing was: from-to, with commas between
  holes     text not null,
  primary key (topic, partition)
) with (fillfactor = 50);
