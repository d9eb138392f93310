"""Pages for investors who sign in, or who were invited: each page an address, each act a form, nothing of others."""
