"""Read a bank statement that somebody pasted, and find the payments that its lines pay. Pure."""
