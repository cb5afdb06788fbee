-- What only PostgreSQL has. Scripts here have a minor number after the common one they refine.

-- Each append writes a new version of the channel's row. With room left in its page that version
-- stays there (heap-only tuple) and touches no index.
alter table channel set (fillfactor = 50);
alter table slow_mode set (fillfactor = 70);
alter table read_mark set (fillfactor = 70);

-- Entries of inboxes that are not read yet; chat messages have no state, so they cost nothing here.
create index message_unread on message (channel_id, msg_offset) where inbox_state < 2;

-- Channels whose logs are pruned, found without passing over those that are kept for ever.
create index channel_pruned on channel (id) where history_millis >= 0;
