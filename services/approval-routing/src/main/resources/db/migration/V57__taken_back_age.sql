-- since when a withdrawal waits for what it ends; those from before begin now
alter table taken_back add column taken_at timestamptz not null default now();
