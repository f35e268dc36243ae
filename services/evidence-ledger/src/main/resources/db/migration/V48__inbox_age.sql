-- the ledger forgets no message's id, so nothing looks for old ones: an index entry less for each message
drop index handoff_inbox_age;
