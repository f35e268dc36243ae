-- who is denied the same again and again leaves one denial; those from before are not told apart, and end within a day
alter table access_evaluation add column asked_hash text;
create unique index access_evaluation_asked on access_evaluation (requester, asked_hash);
