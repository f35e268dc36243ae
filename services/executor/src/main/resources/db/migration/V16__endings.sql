-- the end of a grant does not overwrite what is shown of its execution
alter table execution
  add column executed_at timestamptz,
  add column ending text;
