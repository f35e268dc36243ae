-- what is found by its key needs few statistics, and what is searched for few more: analyzing a table reads 300 rows for each of the
-- column's classes, by default 30,000, and of wide rows that is a second in which changes wait for a core
do $$
declare
  each record;
begin
  for each in
    select attrelid, attname
    from pg_attribute join pg_class on pg_class.oid = attrelid
    where relnamespace = current_schema::regnamespace and relkind in ('r', 'p') and relname not like 'flyway%'
      and attnum > 0 and not attisdropped and attstattarget is distinct from 10
  loop
    execute format('alter table %s alter column %I set statistics 10', each.attrelid::regclass, each.attname);
  end loop;
end
$$;
