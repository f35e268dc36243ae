-- what people have stopped: the last halt of each scope, in force until it is lifted
create table handoff_halt (
  scope     text primary key,
  halt_id   uuid not null,
  halted_by text not null,
  reason    text not null,
  halted_at timestamptz not null,
  lifted_by text,
  lifted_at timestamptz
);
