-- whose change it is, immutable ids, one a line: of those stored before nobody is known
alter table execution add column owners text not null default '';
-- why what was granted is taken away before its time, and by whom, in words
alter table execution add column early text;
