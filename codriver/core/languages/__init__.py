"""The languages of the calls: one table each beside this module, and what is done with them."""
