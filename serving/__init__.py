"""Show it: command line, HTTP, reports, two languages."""
