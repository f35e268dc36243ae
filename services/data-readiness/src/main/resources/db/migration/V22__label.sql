-- whose name is to be given to an account that is yet to be made: looked up without regard to case
create index directory_account_label on directory_account (system, lower(label));
