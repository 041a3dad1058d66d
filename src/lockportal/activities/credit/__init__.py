"""How much a customer may owe: exposure against the limit, and new orders held back and released, with reasons."""
