"""Fill templates into pages; everything that comes from a table is escaped."""
