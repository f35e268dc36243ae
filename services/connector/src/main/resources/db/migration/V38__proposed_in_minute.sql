-- How many changes of a charter were proposed in each minute: a limit by the hour reads sixty rows a connection, however
-- many changes those were. The table itself counts, so that replicas of an earlier version do too. Each connection has rows of
-- its own: nobody waits for another's transaction.
create table proposed_in_minute (
  charter text        not null,
  minute  timestamptz not null,
  backend integer     not null,
  changes bigint      not null,
  primary key (charter, minute, backend)
);

create function count_proposed() returns trigger language plpgsql as $$
begin
  insert into proposed_in_minute as known (charter, minute, backend, changes)
  select charter, date_trunc('minute', proposed_at), pg_backend_pid(), count(*) from written
  where proposed_at is not null and brake_id is null and charter is not null
  group by 1, 2 order by 1, 2
  on conflict (charter, minute, backend) do update set changes = known.changes + excluded.changes;
  return null;
end $$;

create function count_proposed_later() returns trigger language plpgsql as $$
begin
  insert into proposed_in_minute as known (charter, minute, backend, changes)
  select written.charter, date_trunc('minute', written.proposed_at), pg_backend_pid(), count(*)
  from written join replaced using (change_id)
  where replaced.proposed_at is distinct from written.proposed_at
  and written.proposed_at is not null and written.brake_id is null and written.charter is not null
  group by 1, 2 order by 1, 2
  on conflict (charter, minute, backend) do update set changes = known.changes + excluded.changes;
  return null;
end $$;

create trigger count_inserted after insert on proposal
  referencing new table as written for each statement execute function count_proposed();
create trigger count_updated after update on proposal
  referencing old table as replaced new table as written for each statement execute function count_proposed_later();

-- the triggers hold off whoever proposes until this is done
insert into proposed_in_minute (charter, minute, backend, changes)
select charter, date_trunc('minute', proposed_at), 0, count(*) from proposal
where proposed_at > now() - interval '2 hours' and brake_id is null and charter is not null group by 1, 2;
