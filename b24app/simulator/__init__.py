"""A portal on a shelf: answers what a Bitrix24 portal would answer, errors and limits included.

Imports Flask and itself, nothing of the application, so that one wrong belief cannot sit on both
sides and cancel out. Nobody imports it except tests and its own `__main__`.
"""
