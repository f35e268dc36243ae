-- the charters published last, by name: what they protect is protected from every change. Which of several known versions is
-- the last was not kept, so all of them protect until the next one is published
create table charter_in_force (
  hash         text primary key,
  name         text not null,
  published_at timestamptz not null
);
create index charter_in_force_name on charter_in_force (name);
insert into charter_in_force (hash, name, published_at) select hash, name, '-infinity' from directory_charter;

-- the HR worker id of the person who executed a change by hand, as the executor says
alter table route add column executed_worker text;

-- drafts of charters that wait in the connector, with the accounts that were told of each: who becomes known later is told then
create table open_draft (
  draft_id  uuid primary key,
  drafter   text not null,
  owner     text,
  second    boolean not null,
  until_at  timestamptz not null,
  told      text not null default '',
  looked_at timestamptz not null default '-infinity'
);
create index open_draft_looked on open_draft (looked_at);

-- since when a route was last found not to read: it is set aside and tried again, and the others go on
alter table route add column unread_at timestamptz;
create index route_unread on route (unread_at) where unread_at is not null;
