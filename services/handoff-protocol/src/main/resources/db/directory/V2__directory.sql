-- what was observed of accounts, and when each source was last read completely
create table directory_account (
  system            text not null,
  id                text not null,
  enabled           boolean not null,
  worker_id         text,
  manager_worker_id text,
  group_ids         text[] not null,
  group_paths       text[] not null,
  roles             text[] not null,
  label             text not null,
  removed           boolean not null,
  observed_at       timestamptz not null,
  primary key (system, id)
);

create index directory_account_worker on directory_account (system, worker_id);
create index directory_account_groups on directory_account using gin (group_paths);

create table directory_source (
  system  text primary key,
  read_at timestamptz not null
);

-- charters as published, by the hash of their canonical JSON
create table directory_charter (
  hash     text primary key,
  name     text not null,
  version  text not null,
  document text not null
);
