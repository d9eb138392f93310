"""The first day: provinces whose true effects are drawn from the table, and what is known of them with few outcomes."""
