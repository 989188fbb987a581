"""Turning a course into what people read: Markdown, pages, figures and everything made from templates."""
