"""The command `ehya`: options in, sentences out.

It reads requests, asks a use case, and shows the result.
"""
