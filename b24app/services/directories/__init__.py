"""Keep names for a while: people, payment systems, kinds of cards."""
