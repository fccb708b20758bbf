"""Who acts, and with which token. Knows no payment."""
