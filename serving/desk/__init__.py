"""Use cases: one module a thing that a person does, from a typed request to a typed result.

Nothing here prints, speaks HTTP or knows a language; command line, HTTP, pages and reports show the results.
"""
