-- the version of each charter that was published last
create table charter_latest (
  name         text primary key,
  version      text not null,
  hash         text not null,
  published_at timestamptz not null
);

-- of those that were published before, the highest version; the next one that is published counts more
insert into charter_latest
  select distinct on (name) name, version, hash, '-infinity'
  from directory_charter
  order by name,
    case when version ~ '^[0-9]{1,9}([.][0-9]{1,9})*$' then cast(string_to_array(version, '.') as bigint[]) end desc nulls last,
    version desc;

-- what people hold that a charter's rule forbids
create table access_violation (
  id              uuid primary key,
  worker          text not null,
  charter         text not null,
  charter_version text not null,
  charter_hash    text not null,
  rule            text not null,
  rule_version    text not null,
  rule_owner      text not null,
  rule_source     text not null,
  facts           text not null,
  remedy          text not null,
  held            text not null,
  accounts        text not null,
  found_at        timestamptz not null,
  ended_at        timestamptz,
  end_reason      text
);

create unique index access_violation_open on access_violation (worker, charter, rule, rule_version) where ended_at is null;
create index access_violation_order on access_violation (found_at, id);

-- one row: whoever holds its lock looks
create table access_run (
  id          integer primary key,
  due_at      timestamptz not null,
  through     text not null,
  started_at  timestamptz,
  finished_at timestamptz,
  looking     bigint not null,
  looked      bigint not null
);

insert into access_run (id, due_at, through, looking, looked) values (1, '-infinity', '', 0, 0);
