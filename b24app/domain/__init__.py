"""Frozen values of the field: cards, payments, items, deliveries, money. Standard library only."""

from __future__ import annotations

from b24app.domain.card import *
from b24app.domain.clients import *
from b24app.domain.ids import *
from b24app.domain.portal import *
from b24app.domain.readable import *
from b24app.domain.reminder import *
