-- who answers for an account, and which of its roles were given to it itself, where its system says
alter table directory_account add column owner text;
alter table directory_account add column direct_roles text[];
