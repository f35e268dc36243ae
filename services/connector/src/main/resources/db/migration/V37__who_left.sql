-- taken back because HR said meanwhile that its subject left: nobody overrode who proposed it
alter table proposal add column superseded boolean not null default false;

-- accounts that are to be made: whose worker has left is looked for each second
create index proposal_making on proposal (subject_id)
  where proposed and ended_at is null and withdrawn_at is null and effect like '%create-account%';
