-- people's passkeys; none is ever deleted; keys and challenges in base64
create table passkey (
  id            uuid primary key,
  credential_id text not null unique,
  person        text not null,
  site          text not null,
  public_key    text not null,
  algorithm     integer not null,
  attested      text not null,
  aaguid        uuid not null,
  count         bigint not null,
  label         text not null,
  since_at      timestamptz not null,
  until_at      timestamptz
);

create index passkey_person on passkey (person, since_at) where until_at is null;

-- what each has signed: never the same bytes twice
create table passkey_use (
  passkey uuid not null references passkey,
  signed  text not null,
  used_at timestamptz not null,
  primary key (passkey, signed)
);

-- what a person's next registration must answer
create table passkey_offer (
  person    text primary key,
  challenge text not null,
  until_at  timestamptz not null
);
