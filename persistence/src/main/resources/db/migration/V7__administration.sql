-- What an organization's administration needs. With defaults: nodes of the version before write no
-- such columns.

-- The lines of an organization's audit are a chain: the hash of each covers what it says and the hash
-- of the one before. Lines of older versions have the number 0 and no hash.
alter table audit add column chain_no bigint default 0 not null;
alter table audit add column previous_hash varchar(64) default '' not null;
alter table audit add column line_hash varchar(64) default '' not null;
alter table audit add column source_address varchar(64) default '' not null;
alter table audit add column reason varchar(500) default '' not null;
create index audit_by_channel on audit (organization_id, channel_name, id);

-- Where each chain ends. Whoever adds a line locks the row until the commit, so lines are numbered
-- in the order of their commits.
create table audit_head (
  organization_id varchar(64) not null,
  last_no bigint not null,
  last_hash varchar(64) not null,
  constraint audit_head_pk primary key (organization_id)
);

-- A membership that keeps somebody out; 0 for one that lets in. Its role is the lowest, so a node of
-- the version before lets such a user read and no more.
alter table membership add column banned_at bigint default 0 not null;
alter table membership add column banned_by varchar(64) default '' not null;
alter table membership add column ban_reason varchar(500) default '' not null;

-- Proofs of before that moment are refused; 0 for none.
alter table app_user add column signed_out_at bigint default 0 not null;
alter table ticket add column authenticated_at bigint default 0 not null;

-- While a new secret takes the place of one, both open.
alter table api_key add column rotated_at bigint default 0 not null;
alter table api_key add column previous_hash bytea;
alter table api_key add column previous_until bigint default 0 not null;
alter table api_key add column last_used_at bigint default 0 not null;

-- What operators want of a node, which looks at it with each heartbeat.
alter table node_sighting add column drain_wanted boolean default false not null;

-- Announcements that administrators compose. Sent by whichever node comes first, a batch of users at
-- a time: sent_to is the last user who has got it.
create table announcement (
  id varchar(36) not null,
  organization_id varchar(64) not null,
  notice_type varchar(64) not null,
  title varchar(200) not null,
  message varchar(4000) not null,
  url varchar(2000) not null,
  audience_kind varchar(16) not null,
  -- roles, a channel's name or users' ids, as JSON
  audience varchar(100000) not null,
  must_acknowledge boolean not null,
  announcement_state varchar(16) not null,
  scheduled_at bigint not null,
  sent_at bigint not null,
  sent_to varchar(64) not null,
  failure varchar(32) not null,
  created_by varchar(64) not null,
  created_at bigint not null,
  constraint announcement_pk primary key (id),
  constraint announcement_organization_fk foreign key (organization_id) references organization (id)
);
create index announcement_by_organization on announcement (organization_id, created_at, id);
create index announcement_due on announcement (announcement_state, scheduled_at);

create table announcement_recipient (
  announcement_id varchar(36) not null,
  user_id varchar(64) not null,
  message_id uuid not null,
  constraint announcement_recipient_pk primary key (announcement_id, user_id),
  constraint announcement_recipient_fk foreign key (announcement_id) references announcement (id)
);
