"""Three provinces of one country: what each learns alone, from summaries of the others, and from all rows."""
