-- Queries of lending.py; only the owner's role may run them.

-- borrow --
select 1 from app.credential where account_id = %(account)s and connection_id = %(connection)s for update
