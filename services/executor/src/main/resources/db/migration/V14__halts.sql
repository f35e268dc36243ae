-- what a person can halt to halt the execution, one a line; of those stored before, the mesh is all that is known
alter table execution add column scopes text not null default 'mesh';
