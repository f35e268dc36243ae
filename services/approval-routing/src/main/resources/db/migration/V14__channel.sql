-- by which way someone is told; those that wait from before wait for the webhook
alter table notice add column channel text not null default 'WEBHOOK';
alter table notice alter column channel drop default;
drop index notice_due;
create index notice_due on notice (channel, due_at);
