-- Tickets that are not used yet, each known by a digest of its secret, with the proof that it stands
-- in for. Whoever removes the row has used the ticket.
create table ticket (
  digest varchar(64) not null,
  organization_id varchar(64) not null,
  holder_id varchar(64) not null,
  holder_kind varchar(16) not null,
  organization_role varchar(16) not null,
  -- UTF-8: ids of foreign tokens may be any text
  token_id bytea not null,
  token_expires_at bigint not null,
  expires_at bigint not null,
  constraint ticket_pk primary key (digest)
);
create index ticket_by_holder on ticket (organization_id, holder_id);
