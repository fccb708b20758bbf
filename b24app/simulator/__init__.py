"""A Bitrix24 portal on a shelf: REST, authorization server, events, rights, limits, faults.

Written from the REST contract alone. It imports Flask and itself, never a room of the app, and
the app never imports it: what one side believes wrongly must not sit on both sides.
"""
