-- What the loop remembers. The service's own tables start at V10.

-- messages already received; a redelivery is dropped, the same id with another hash is equivocation
create table handoff_inbox (
  id          uuid primary key,
  hash        bytea not null,
  received_at timestamptz not null default now()
);

-- the last handoff known of each change: the next one's sequence and prev, and the change's lock
create table handoff_chain (
  change_id uuid primary key,
  sequence  integer not null,
  hash      bytea
);

-- sealed messages, in the order they are published
create table handoff_outbox (
  position     bigint generated always as identity primary key,
  id           uuid not null unique,
  topic        text not null,
  key          text not null,
  headers      text not null,
  payload      bytea not null,
  published_at timestamptz
);

create index handoff_outbox_unpublished on handoff_outbox (position) where published_at is null;
