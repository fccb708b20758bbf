"""The folder `market/`: all that the marketplace asks for, made by `make market`."""
