"""A library or an archive of any size: what is in it goes into two tables, and what is done is not done again."""
