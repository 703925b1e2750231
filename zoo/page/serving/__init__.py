"""How the page is served: who may come in, and what is refused at the door."""
