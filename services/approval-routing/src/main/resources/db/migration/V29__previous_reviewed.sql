-- who approved the last change of an account: one that was reviewed was approved too
drop index route_approved;
create index route_approved on route (account, ended_at) where state in ('APPROVED', 'REVIEWED');
