"""The people who act for customers: how they are kept by staff, and by a customer's own administrators."""
