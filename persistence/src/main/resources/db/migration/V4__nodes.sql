-- What each node says of itself. With defaults: nodes of the version before write no such columns.
alter table node_sighting add column node_name varchar(64) default '' not null;
alter table node_sighting add column node_version varchar(64) default '' not null;
alter table node_sighting add column node_state varchar(16) default 'UP' not null;
alter table node_sighting add column connections integer default 0 not null;
alter table node_sighting add column load_percent integer default 0 not null;

-- One row: the number of the newest script that a program must know to run on this database. A
-- script that takes away what older versions need raises it; all others leave it alone.
create table schema_floor (
  oldest_script integer not null
);
insert into schema_floor (oldest_script) values (0);
