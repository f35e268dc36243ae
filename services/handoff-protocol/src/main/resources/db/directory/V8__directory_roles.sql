-- those who hold a role are looked up too
create index directory_account_roles on directory_account using gin (roles);
