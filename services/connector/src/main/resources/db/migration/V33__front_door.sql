-- whom a charter touches: those with an open change, and those proposed within the hour (index proposal_recent)
create index proposal_touched on proposal (charter, target, subject_id) where proposed and ended_at is null;

-- denials that can be answered with an access request, until they are over
create table access_evaluation (
  id           uuid primary key,
  requester    text not null,
  asked        text not null,
  evaluated_at timestamptz not null,
  expires_at   timestamptz not null
);
create index access_evaluation_over on access_evaluation (expires_at);

-- single requests are tasks too, and an approval is found by its change
alter table access_task add column bulk boolean not null default true;
create index access_task_changes on access_task using gin (changes);
create index access_task_age on access_task (created_at);
