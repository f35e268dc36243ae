-- a person executes (mode ASSIST): who has taken it on; nothing is called for it
alter table execution
  add column assisted boolean not null default false,
  add column person text;
