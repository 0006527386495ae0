"""Tasks on what was agreed, one module an area; each calls a verb for each row."""
