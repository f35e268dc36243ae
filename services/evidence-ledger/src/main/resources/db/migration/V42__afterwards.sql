-- closure is refused too while a grant goes on and while nobody has looked at it afterwards
alter table change drop column unproved;
alter table change add column unproved boolean
  generated always as (outcome is null and holder in ('evidence-ledger', 'executor, until the grant ends', 'reviewers')) stored;
create index change_unproved on change (change_id) where unproved;
create index change_unproved_account on change (account) where unproved;
create index change_unproved_charter on change (charter_hash) where unproved;
