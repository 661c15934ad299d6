-- The database that Datasette shows: 250 breads, and orders of them.
create table breads (id integer primary key, name text not null, cents integer not null);
create table orders (id text primary key, bread_id integer not null references breads (id));
with recursive n (i) as (select 1 union all select i + 1 from n where i < 250)
insert into breads select i, 'bread ' || i, 200 + i from n;
