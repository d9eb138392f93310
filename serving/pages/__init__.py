"""Server-rendered pages: one function a page, from a table or a card to HTML."""
