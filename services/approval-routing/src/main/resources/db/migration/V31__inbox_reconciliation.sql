-- how far the open routes were compared with what their inboxes are derived from, in one row: whoever holds its lock does it
create table inbox_reconciliation (
  id             integer primary key,
  due_at         timestamptz not null,
  through_at     timestamptz not null,
  through_change uuid not null,
  checking       bigint not null,
  checked        bigint not null,
  finished_at    timestamptz
);

insert into inbox_reconciliation (id, due_at, through_at, through_change, checking, checked)
  values (1, '-infinity', '-infinity', '00000000-0000-0000-0000-000000000000', 0, 0);

-- what was mended
create table inbox_mended (
  position  bigint generated always as identity primary key,
  change_id uuid not null,
  what      text not null,
  mended_at timestamptz not null
);

create index inbox_mended_age on inbox_mended (mended_at);
