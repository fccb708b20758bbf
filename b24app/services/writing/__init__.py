"""Send any write and find out its result. Decides nothing about payments."""
