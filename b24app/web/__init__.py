"""Handle HTTP only: parse a request, call one service, render the answer.

May import services, domain, errors and Flask. Never bitrix, storage, requests or SQL: a view that
needs one of them is missing a service.
"""
