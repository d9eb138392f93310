"""Server-rendered pages: templates, and the one function that fills them."""
