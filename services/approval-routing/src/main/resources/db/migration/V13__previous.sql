-- who approved the last change of an account
create index route_approved on route (account, ended_at) where state = 'APPROVED';
