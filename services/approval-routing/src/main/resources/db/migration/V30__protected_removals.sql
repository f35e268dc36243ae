-- protected entitlements that authorized changes may take away: since_at is when that was authorized; until_at is when
-- nothing more can come of it, null while a grant has not ended; succeeded says that it was executed, or its grant ended;
-- assisted, that a person may execute it unseen; read_at is when its system was first read completely after until_at
create table protected_removal (
  change_id   uuid not null,
  system      text not null,
  entitlement text not null,
  account     text not null,
  assisted    boolean not null,
  since_at    timestamptz not null,
  until_at    timestamptz,
  succeeded   boolean not null default false,
  read_at     timestamptz,
  primary key (change_id, system, entitlement)
);

create index protected_removal_entitlement on protected_removal (system, entitlement);
create index protected_removal_account on protected_removal (system, account);
