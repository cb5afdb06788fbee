-- Nodes as the database saw them last. Written once a second by each node whose readiness is asked.
create table node_sighting (
  id varchar(64) not null,
  started_at bigint not null,
  seen_at bigint not null,
  constraint node_sighting_pk primary key (id)
);
