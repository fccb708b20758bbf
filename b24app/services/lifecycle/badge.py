"""Make the label that cards with an open reminder carry on the kanban board.

Only an administrator of the portal can make it, and everybody can use it then (rest-contract e.26).
"""

from __future__ import annotations

BADGE = "deal_payments_expected"
"""Codes are shared by all applications of a portal, so ours has our name; 30 letters at most."""
