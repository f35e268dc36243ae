-- who delegated, and to whom, as people: whoever has one of their accounts later inherits nothing.
-- Empty where none was known, and in what was delegated before
alter table delegation add column delegator_worker text, add column delegate_worker text;
