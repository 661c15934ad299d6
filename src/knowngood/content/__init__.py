"""Reads what was answered: JSON, schemas, HTML, CSS, JavaScript, policies, links, manifests.

It knows bytes and text alone: no environment, no request, no verdict. Whatever a server sends, it
is read within limits of memory and time, or refused with ContentTooLarge. Nothing is imported here,
since a run needs few of these modules; they are used by their names. ``sandbox``,
``sandbox_program`` and ``javascript_lexer`` are this package's own.
"""
