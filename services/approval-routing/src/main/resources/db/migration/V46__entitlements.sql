-- what a system says of its groups and roles, as it said it last: a JSON object by name
create table source_entitlements (
  system       text primary key,
  entitlements text not null,
  read_at      timestamptz not null
);

-- who answers for an account, and which of its roles were given to it itself, where its system says
alter table directory_account add column owner text;
alter table directory_account add column direct_roles text[];

-- all accounts of a person, whatever their systems
create index directory_account_person on directory_account (worker_id) where worker_id is not null;
