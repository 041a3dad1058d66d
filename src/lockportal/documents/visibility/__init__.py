"""Who sees which documents: decided by hook when one is stored, and by kind whenever one is asked for."""
