-- A checkpoint is settled once: with the cosignatures of a quorum and a timestamp, where they are asked for.
alter table checkpoint add column settled_note text;
alter table checkpoint add column settled_at timestamptz;
alter table checkpoint add column timestamp_token bytea;

-- nothing was asked for until now
update checkpoint set settled_note = note, settled_at = signed_at;

create index checkpoint_settled on checkpoint (size) where settled_at is not null;
