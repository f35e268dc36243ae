-- the readiness verdict, which a stage's rule decides by; null in rows from before: no rule applies to them
alter table route add column verdict text;
-- what in the directory can move an open route: account:<id>, group:<path> or charter:<hash>
alter table route add column asks text;
alter table route add column ended_at timestamptz;
alter table route drop column cause;

update route set ended_at = now() where state not in ('OPEN', 'CHARTER_UNKNOWN');
update route set asks = 'charter:' || charter_hash, held = coalesce(held, 'the charter of this change is not known here')
  where state = 'CHARTER_UNKNOWN';
update route set asks = case when lower(open.stage ->> 'resolver') = 'manager' then 'account:' || route.manager
                             else 'group:' || (open.stage ->> 'group') end
  from (select change_id, cast(document as jsonb) #> array['spec', 'approval', 'stages', cast(stage as text)] as stage
          from route join directory_charter on hash = charter_hash where state = 'OPEN') as open
  where open.change_id = route.change_id;
update route set requested_at = coalesce(requested_at, now()), expires_at = coalesce(expires_at, now() + interval '48 hours');
alter table route alter column requested_at set not null;
alter table route alter column expires_at set not null;

drop index route_open;
create index route_asks on route (asks, requested_at, change_id) where ended_at is null;
create index route_due on route (expires_at) where ended_at is null;

-- what changed in the directory, until the open routes that it concerns were looked at again
create table directory_news (
  position       bigint generated always as identity primary key,
  concerns       text[] not null,
  added_at       timestamptz not null default now(),
  seen           xid8,
  through_at     timestamptz,
  through_change uuid
);

-- answers to requests with an Idempotency-Key
create table answer (
  caller      text not null,
  key         text not null,
  request     text not null,
  changes     uuid[] not null default '{}',
  results     text,
  answered_at timestamptz not null default now(),
  primary key (caller, key)
);

create index answer_age on answer (answered_at);
