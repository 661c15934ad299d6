"""Read what was answered: JSON, HTML, CSS, JavaScript, policies, links; schemas and manifests.

It knows bytes and text alone: no environment, no request, no verdict. It reads within limits of
memory and time whatever a server sends, or refuses it with ContentTooLarge.

Its modules are its door: ``from ..content import links``, then ``links.extract``. Nothing is
imported here, since a run needs few of them.
"""

__all__ = [
    "csp",
    "css",
    "defined_names",
    "file_signatures",
    "html",
    "images",
    "integrity",
    "javascript",
    "jquery",
    "json_schema",
    "leftovers",
    "links",
    "manifest",
    "manifest_build",
    "media_types",
    "name_problems",
    "page_elements",
    "page_structure",
    "page_texts",
    "problem",
    "script_text",
    "strict_json",
    "strict_yaml",
    "stylesheet_links",
    "subjects",
    "variation",
    "written_urls",
]
