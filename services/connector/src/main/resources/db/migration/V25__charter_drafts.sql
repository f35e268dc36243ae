-- versions of charters that are to be published, and what people decided on them
create table charter_draft (
  id          uuid primary key,
  name        text not null,
  version     text not null,
  hash        text not null,
  document    text not null,
  previous    text,
  owner       text not null,
  drafted_by  text,
  worker      text,
  needs       text not null,
  because     text not null,
  reason      text not null,
  drafted_at  timestamptz not null,
  expires_at  timestamptz not null,
  outcome     text,
  ended_by    text,
  end_reason  text,
  ended_at    timestamptz
);
create unique index charter_draft_open on charter_draft (name) where outcome is null;
create index charter_draft_name on charter_draft (name, drafted_at);

create table charter_approval (
  id          uuid primary key,
  draft_id    uuid not null references charter_draft,
  part        text not null,
  approved_by text,
  worker      text,
  approved_at timestamptz not null,
  unique (draft_id, worker)
);

-- the draft that was approved; none for versions published before approval was asked for
alter table charter add column draft_id uuid references charter_draft;
