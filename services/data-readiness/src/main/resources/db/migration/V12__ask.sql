-- the roles that may answer, by commas; until now these two, whatever the charter said
alter table correction add column ask text not null default 'admin,operator';
