-- before then nothing may be begun
alter table execution add column authorized_at timestamptz not null default now();
