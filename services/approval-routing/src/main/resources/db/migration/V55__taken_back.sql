-- what was taken back before it was called ready: it ends when it comes
create table taken_back (
  change_id uuid primary key,
  message   uuid not null,
  taken_by  text not null,
  reason    text not null
);
