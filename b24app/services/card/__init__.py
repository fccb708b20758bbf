"""Read a card and compute what is shown of it. Never sends a write."""
