-- files of the HR feed that were read, by the SHA-256 of their content
create table hr_file (
  content_hash text primary key,
  name         text not null,
  read_at      timestamptz not null
);

-- events of the HR feed; the first content under an id stands
create table hr_event (
  event_id text primary key,
  content  text not null
);

-- charters in force, as published
create table charter (
  name     text not null,
  version  text not null,
  hash     text not null,
  document text not null,
  primary key (name, version)
);

-- changes proposed, or waiting for their day
create table proposal (
  change_id  uuid primary key,
  due_on     date not null,
  proposed   boolean not null,
  request    text not null
);

-- accounts as last observed
create table account (
  id      text primary key,
  content text not null
);

-- how far the target's own event feed was read, milliseconds since 1970
create table feed_position (
  feed     text primary key,
  position bigint not null
);
