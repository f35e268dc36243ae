-- when a version was published; of those before this it is not known here, the ledger has their CharterPublished
alter table charter add column published_at timestamptz;
