-- who executed a change that is looked at afterwards, by hand or not: they do not review it
alter table route add column executed_by text;
