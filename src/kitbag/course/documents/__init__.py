"""Source documents, read into passages: plain text, HTML and PDF."""
