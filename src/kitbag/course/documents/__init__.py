"""Source documents, read into passages: plain text, HTML and PDF.

`read.read_document` is the way in; `blocks` says what comes of it.
"""
