-- a change that was authorized is looked at afterwards: OPEN, or OVERDUE once others were asked too
alter table route add column review text;
create index route_review on route (review) where review is not null;
