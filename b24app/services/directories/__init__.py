"""Names that are kept for a while: people, payment systems, kinds of cards."""
