-- what failed changes left half done, and who owes it: few, and looked at whenever a change is completed
create index wait_owing on wait (change_id) where party = 'OWING' and until is null;
