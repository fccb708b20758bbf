"""Talk to a portal and its authorization server: wire names, encoding, codes, retries, timeouts.

May import requests, Authlib, domain and errors. Never Flask, SQLAlchemy or storage, and no word
for a person: a renewed token reaches the database through what the service passed in.
"""
