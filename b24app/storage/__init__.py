"""Tables and queries, SQLAlchemy only.

May import domain, errors and cipher. Never commits outside `Database.transaction`, never reads a
clock (but for `server_clock`, which makes one of the database's), never calls a portal: the caller
passes `now` and decides where a transaction ends.
"""
