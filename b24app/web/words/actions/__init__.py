"""Hold the words of actions, one row each: its rule, its name in the log, how it can end."""
