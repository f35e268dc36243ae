-- accounts belong to a system; those observed so far are of the configured realm. Only whether an account changed
-- matters here, so a fingerprint (SHA-256, hexadecimal) is kept instead of its content
alter table account add column system text not null default 'keycloak:${realm}';
alter table account alter column system drop default;
alter table account rename column content to fingerprint;
update account set fingerprint = encode(sha256(convert_to(fingerprint, 'UTF8')), 'hex');
alter table account drop constraint account_pkey;
alter table account add primary key (system, id);

-- of all replicas one reads a feed at a time; the term grows whenever another takes it over
create table feed_lease (
  feed       text primary key,
  owner      text not null,
  term       bigint not null,
  expires_at timestamptz not null
);

-- the charter of a name that was published last is in force
alter table charter add column position bigint generated always as identity;

create index proposal_waiting on proposal (due_on) where not proposed;
