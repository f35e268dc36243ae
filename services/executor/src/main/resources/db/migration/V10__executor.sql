-- each authorization: the intent is stored before the target is touched; one authorization executes once
create table execution (
  authorization_id uuid primary key,
  change_id        uuid not null,
  cause            uuid not null,
  target           text not null,
  account          text not null,
  plan             bytea not null,
  plan_hash        text not null,
  expires_at       timestamptz not null,
  state            text not null,
  started_at       timestamptz,
  leased_until     timestamptz,
  outcome          text,
  reason           text
);

create index execution_intended on execution (expires_at) where state = 'INTENDED';
