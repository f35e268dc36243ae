-- what went wrong with changes in mode OWN; each kind counts once a change, however often it is told
create table misstep (
  change_id uuid not null,
  kind      text not null,
  charter   text not null,
  at        timestamptz not null,
  primary key (change_id, kind)
);
create index misstep_charter on misstep (charter, at);
