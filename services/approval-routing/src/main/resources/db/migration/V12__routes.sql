-- stages side by side, resolved from many sources, with reminders and escalation
alter table route add column facts text not null default '{"states":{},"owners":{}}';
alter table route add column manager_worker text;
alter table route add column next_stage integer not null default 0;
alter table route add column stages text not null default '[]';
alter table route add column wake_at timestamptz;
alter table route add column deciders text not null default '';

update route set next_stage = stage + 1 where state = 'OPEN';
update route set
  deciders = case when held is null then coalesce((select string_agg(c ->> 'id', chr(10) order by c ->> 'id')
    from jsonb_array_elements(cast(candidates as jsonb)) as c where cast(c ->> 'eligible' as boolean)), '') else '' end,
  stages = cast(jsonb_build_array(jsonb_build_object(
    'index', stage, 'name', stage_name,
    'asks', case when asks is null then '[]'::jsonb else jsonb_build_array(asks) end,
    'candidates', coalesce((select jsonb_agg(c || jsonb_build_object('person', 'account:' || (c ->> 'id')))
      from jsonb_array_elements(cast(candidates as jsonb)) as c), '[]'::jsonb),
    'dropped', '[]'::jsonb,
    'needed', coalesce((select cast(cast(document as jsonb) #>> array['spec', 'approval', 'stages', cast(stage as text), 'quorum'] as integer)
      from directory_charter where hash = charter_hash), 1),
    'denies', 1, 'level', 0, 'reminded', 0, 'extended', false, 'undetermined', false,
    'question', null, 'held', held,
    'since', to_char(requested_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'until', to_char(expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'wake', to_char(expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))) as text)
  where stage_name <> '';
update route set wake_at = expires_at, asks = coalesce(asks, '');
alter table route alter column wake_at set not null;
alter table route alter column asks set not null;
alter table route drop column candidates;

-- one route has several concerns and several who may decide
drop index route_asks;
drop index route_due;
alter table route add column concerns text[] generated always as (string_to_array(asks, chr(10))) stored;
alter table route add column decided_by_any text[] generated always as (string_to_array(deciders, chr(10))) stored;
create index route_concerns on route using gin (concerns) where ended_at is null;
create index route_deciders on route using gin (decided_by_any) where ended_at is null;
create index route_oldest on route (requested_at, change_id) where ended_at is null;
create index route_wake on route (wake_at) where ended_at is null;

alter table decision add column worker text;
alter table decision add column on_behalf_of text;
alter table decision add column delegator_worker text;

-- who lets whom decide in their place
create table delegation (
  id        uuid primary key,
  delegator text not null,
  delegate  text not null,
  charters  text not null,
  since_at  timestamptz not null,
  until_at  timestamptz not null,
  reason    text not null,
  made_by   text not null,
  made_at   timestamptz not null,
  ended_by  text,
  ended_at  timestamptz,
  -- what LookAgain was told of: its beginning, its end
  begun     boolean not null default false,
  over      boolean not null default false
);

create index delegation_delegator on delegation (delegator, until_at);
create index delegation_delegate on delegation (delegate, until_at);
create index delegation_turn on delegation (until_at) where not over;

-- what people are to be told; none are kept unless there is a way to tell
create table notice (
  position   bigint generated always as identity primary key,
  change_id  uuid not null,
  stage      text not null,
  person     text not null,
  kind       text not null,
  expires_at timestamptz not null,
  added_at   timestamptz not null,
  attempts   integer not null default 0,
  due_at     timestamptz not null
);

create index notice_due on notice (due_at);
