-- what is taken back before it came: nothing is known of it but who took it back, and it ends when it comes
alter table readiness alter column change drop not null;
alter table readiness add column withdrawal text;
