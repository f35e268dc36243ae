-- the HR worker id of the person who has taken an execution on, as their account carried it then
alter table execution add column worker text;
