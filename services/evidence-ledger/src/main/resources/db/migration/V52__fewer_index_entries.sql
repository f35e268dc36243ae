-- A row version that is not HOT has an entry in each index that it belongs to: fewer of them, and none for what is not there yet.
-- Any index on what is unproved finds all that is; a charter that is published late reads through those once.
drop index change_unproved;
drop index change_unproved_charter;
-- nothing looks for a change without an account, or without a closure, by it
drop index change_account;
create index change_account on change (account) where account is not null;
drop index change_closing;
create index change_closing on change (closing_leaf) where closing_leaf is not null;
