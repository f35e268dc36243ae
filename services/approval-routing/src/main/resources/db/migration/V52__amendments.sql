-- who decided, and in whose place, as they were at the time: history joins no live table
alter table decision add column people text not null default '{}';

-- decisions in the order in which they were handed on, whichever replica's clock said when
alter table decision add column position bigint generated always as identity;
