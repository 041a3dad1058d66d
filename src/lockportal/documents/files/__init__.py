"""The files of documents: what they may be, how they are listed and handed out, and who had them."""
