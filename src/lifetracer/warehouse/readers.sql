-- Queries of readers.py.

-- bind --
insert into app.reader_role (role_name, account_id) values (%(role)s, %(account)s)

-- unbind --
delete from app.reader_role where role_name = %(role)s and account_id = %(account)s

-- every --
select role_name::text, account_id from app.reader_role order by role_name
