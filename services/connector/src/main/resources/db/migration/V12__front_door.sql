-- whom accounts belong to, so that a proposal for nobody is refused. An account read before this version shows as changed
-- and is observed once more
alter table account add column worker_id text;
create index account_worker on account (worker_id) where worker_id is not null;
update account set fingerprint = '';

-- what proposals are looked for by; computed from the request, whichever version of the service writes it
alter table proposal
  add column charter      text generated always as (cast(request as jsonb) -> 'proposal' ->> 'charter') stored,
  add column subject_id   text generated always as (cast(request as jsonb) -> 'proposal' ->> 'subjectId') stored,
  add column target       text generated always as (cast(request as jsonb) -> 'proposal' ->> 'target') stored,
  add column action       text generated always as (cast(request as jsonb) -> 'proposal' ->> 'action') stored,
  add column proposer     text generated always as (cast(request as jsonb) -> 'proposal' ->> 'proposer') stored,
  add column principal    text generated always as (cast(request as jsonb) -> 'proposal' ->> 'principal') stored,
  add column since        timestamptz not null default now(),
  add column withdrawn_at timestamptz,
  add column ended_at     timestamptz,
  add column outcome      text;

create index proposal_open on proposal (subject_id, target, action) where ended_at is null;
create index proposal_charter on proposal (charter, since);
create index proposal_since on proposal (since, change_id);
create index proposal_proposer on proposal (proposer, since);
create index proposal_principal on proposal (principal, since) where principal is not null;

-- answers to requests with an Idempotency-Key
create table answer (
  caller      text not null,
  key         text not null,
  request     text not null,
  changes     uuid[] not null default '{}',
  results     text,
  answered_at timestamptz not null default now(),
  primary key (caller, key)
);
create index answer_age on answer (answered_at);

-- tasks of the AuthZEN Access Request and Approval Profile: the items asked for, and the change each opened or the refusal
create table access_task (
  id         uuid primary key,
  proposer   text not null,
  principal  text,
  changes    uuid[] not null,
  items      text not null,
  created_at timestamptz not null
);
