-- the ledger said that it ran its course and is not proved: it stays open, and stands in nobody's way
alter table proposal add column unproved_at timestamptz;
