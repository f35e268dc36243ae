-- protected entitlements that authorized changes are about to take away: until_at is when nothing more can come of it,
-- null while a grant has not ended; read_at is when its system was first read completely after that
create table protected_removal (
  change_id   uuid not null,
  system      text not null,
  entitlement text not null,
  account     text not null,
  until_at    timestamptz,
  read_at     timestamptz,
  primary key (change_id, system, entitlement)
);

create index protected_removal_entitlement on protected_removal (system, entitlement);
