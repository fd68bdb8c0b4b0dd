"""One module for each kind of page that is made from the code."""
