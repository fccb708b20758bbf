"""Use cases: the order of steps, the rules, the transactions, the clock.

May import bitrix, storage, domain and errors. Never Flask, requests or HTML: words for people
are chosen in web.
"""
