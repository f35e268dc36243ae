-- What is found by its key needs no statistics, and what is searched for few: analyzing a table reads 300 rows for each class that one
-- of its columns asks for, by default 30,000 rows, and of wide rows that is half a second in which changes wait for a core. What is
-- searched for by an element keeps its hundred: how often each comes decides between its index and another. So does what somebody
-- has chosen, and what is not this service's own.
-- After each migration, so for whatever that one added; in one order, since replicas may do it side by side.
do $$
declare
  each record;
begin
  for each in
    select attrelid, attnum, case relkind when 'i' then 'index' else 'table' end as kind
    from pg_attribute
      join pg_class on pg_class.oid = attrelid
      join pg_namespace on pg_namespace.oid = relnamespace
      join pg_type on pg_type.oid = atttypid
      left join pg_index on indexrelid = attrelid
    where nspname = current_schema and relname not like 'flyway%' and pg_has_role(relowner, 'USAGE')
      and not exists (select from pg_depend where objid = pg_class.oid and classid = 'pg_class'::regclass and deptype = 'e')
      -- a table's column, or what an index computes
      and (relkind = 'r' and attgenerated <> 'v' or relkind = 'i' and indkey[attnum - 1] = 0)
      and attnum > 0 and not attisdropped and coalesce(attstattarget, -1) = -1 and typcategory <> 'A'
    order by attrelid, attnum
  loop
    execute format('alter %s %s alter column %s set statistics 10', each.kind, each.attrelid::regclass,
      case each.kind when 'index' then each.attnum::text
        else (select quote_ident(attname) from pg_attribute where attrelid = each.attrelid and attnum = each.attnum) end);
  end loop;
end
$$;
