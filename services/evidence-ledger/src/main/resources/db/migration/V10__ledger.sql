-- every message received, in the order of the log
create table message (
  leaf_index bigint primary key,
  id         uuid not null unique,
  type       text not null,
  change_id  uuid,
  sequence   integer not null,
  subject    text not null,
  origin     text not null,
  headers    text not null,
  payload    bytea not null,
  seal_key   text not null,
  seal       text not null,
  policy     text not null,
  salt       bytea not null,
  leaf       bytea not null,
  logged_at  timestamptz not null
);

create index message_change on message (change_id, sequence);
create index message_subject on message (type, subject);

-- the size of the log; the one who holds this row's lock appends
create table log_state (
  id   integer primary key,
  size bigint not null
);

insert into log_state (id, size) values (1, 0);

-- one signed root for a size, for ever
create table checkpoint (
  size      bigint primary key,
  note      text not null,
  signed_at timestamptz not null
);

-- what is known of each change
create table change (
  change_id   uuid primary key,
  charter     text not null,
  charter_hash text not null,
  subject     text not null,
  account     text,
  state       text not null,
  holder      text not null,
  since       timestamptz not null,
  last        text not null,
  sequence    integer not null,
  missing     text not null,
  refused     text not null,
  outcome     text,
  certified   boolean not null
);

create index change_account on change (account) where outcome is null;
