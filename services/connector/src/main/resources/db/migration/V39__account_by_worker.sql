-- by both: while nothing is known of the table, an index that begins with the system seems as good, and reads all its accounts for each worker
drop index account_worker;
create index account_of_worker on account (worker_id, system) where worker_id is not null;
