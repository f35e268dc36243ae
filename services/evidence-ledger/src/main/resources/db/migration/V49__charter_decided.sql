-- The decisions about the charters of a change's publication are looked up by their subject.
create index message_charter_decided on message (subject) where type = 'CharterDecided';
