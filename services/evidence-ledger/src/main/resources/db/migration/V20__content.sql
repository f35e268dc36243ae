-- What the content of messages is encrypted with: a key a change, or a subject outside any change. An erased one is gone.
create table content_key (
  owner      uuid primary key,
  wrapped    bytea,
  wrapped_by text not null,
  erased_at  timestamptz,
  swept_at   timestamptz
);

create index content_key_unswept on content_key (erased_at) where erased_at is not null and swept_at is null;

-- salt, headers and payload together, encrypted; rows from before there were keys keep theirs in the clear
alter table message add column owner uuid;
alter table message add column content bytea;
alter table message alter column headers drop not null;
alter table message alter column payload drop not null;
alter table message alter column salt drop not null;
update message set owner = change_id where change_id is not null;
create index message_owner on message (owner) where owner is not null;

-- messages whose content can be read: those of an erased key are leaves and nothing else
create view kept_message as
  select message.*, content_key.wrapped, content_key.wrapped_by
  from message left join content_key using (owner)
  where (message.payload is not null and content_key.erased_at is null)
     or (message.content is not null and content_key.wrapped is not null);

-- who looked at what
create table evidence_read (
  id      uuid primary key,
  at      timestamptz not null,
  reader  text not null,
  what    text not null,
  subject text not null
);

create index evidence_read_at on evidence_read (at);

-- who had a part in a change: what auditors look for
-- one text: Hibernate Reactive reads no array columns
alter table change add column actors text not null default '';
create index change_actors on change using gin (string_to_array(actors, ','));
create index change_subject on change (subject);
create index change_closing on change (closing_leaf);
