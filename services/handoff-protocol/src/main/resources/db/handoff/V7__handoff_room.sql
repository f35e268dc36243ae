-- each handoff moves the end of its change's chain: with room in the same page, its index is not written
alter table handoff_chain set (fillfactor = 40);
-- a message of two or three kilobytes stays in one piece: it is written once, and read when something went wrong
alter table handoff_outbox set (toast_tuple_target = 8160);
