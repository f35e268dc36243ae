-- what the authorization says for people: who answers for it, who approved, who may not execute it, its proofs
alter table execution add column terms text not null default '{}';

-- steps that were yet to be done when the first call was made, one a line; null before it, and for plans that take nothing back
alter table execution add column begun text;

-- it failed for good: the report that is kept until the steps in undo, one a line, are taken back
alter table execution
  add column failed text,
  add column undo text;
