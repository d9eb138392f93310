"""Pages for people who sign in: one module for what belongs together, each page an address, each act a form."""
