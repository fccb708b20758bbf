"""The pages around the application: cards, lists, the marketplace, frames."""
