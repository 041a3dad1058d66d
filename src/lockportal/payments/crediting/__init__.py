"""Credits that go to documents, and come off them again, without any money."""
