-- who answers for an account as its system says, an HR worker id or a person's account id. Builds that keep it have another
-- fingerprint, so each account is observed once more
alter table account add column owner text;
