"""Pages of the planner's desk: one module a page, from a result of the desk to HTML."""
