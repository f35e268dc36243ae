-- how many could end a wait; the first of them stand in people
alter table wait add column asked integer;
update wait set asked = case when people = '' then 0 else cardinality(string_to_array(people, ',')) end;
alter table wait alter column asked set not null;
