-- whom a charter touches: those with an open change, and those proposed within the hour (index proposal_recent)
create index proposal_touched on proposal (charter, target, subject_id) where proposed and ended_at is null;
