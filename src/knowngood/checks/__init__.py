"""Ready-made claims about web pages: all that checks import beside pytest and the standard library.

A function whose name ends in ``_problems`` returns what is wrong, a line each; an empty list means
that all is well. So a check is a few lines, and its failure says what is wrong:

    @pytest.mark.get("content:/{locale}/")
    def test_page_is_complete(response):
        assert checks.page_problems(response) == []

``page`` is an answer of the fixtures ``response`` and ``responses``, ``resource`` one of the
fixture ``resources``. A failure shows the answers that its assertion names. So a check of several
answers takes one at a time:

    for resource in checks.own(resources):
        assert checks.file_problems(resource) == []

``Response``, ``Resource``, ``Client``, ``Environment`` and ``Schemas`` are the types of fixtures.
A check that does not use HTTP raises ``DeploymentError`` if the deployment is wrong.
"""

from collections.abc import Callable
from typing import TypeAlias

from ..content import json_schema
from ..content.javascript import is_old_dialect
from ..content.javascript import markup as markup_in_script
from ..content.javascript import trouble as script_trouble
from ..content.javascript import unbalanced as unbalanced_script
from ..environment import Environment
from ..fetch import FRESH, GONE, NAMED, REPEATABLE, WEBSOCKET, Client, Resource, Response
from ..safety import DeploymentError
from .answers import (
    certificate_problems,
    cookie_problems,
    differ,
    feed_problems,
    side_by_side,
    still_differ,
    web_page_problems,
)
from .dead_links import dead_link_problems
from .definitions import (
    inline_definition_problems,
    inline_redeclaration_problems,
    library_problems,
    missing_definition_problems,
    order_problems,
    redeclaration_problems,
    start_problems,
    stray_script_problems,
    uncalled_problems,
)
from .hosts import elsewhere_problems, named_host_problems
from .pages import (
    blank_problems,
    borrowed_text_problems,
    charset_problems,
    empty_text_problems,
    end_problems,
    end_tag_problems,
    framing_problems,
    key_problems,
    language,
    language_problems,
    leftover_problems,
    lifetime_problems,
    link_problems,
    login_problems,
    one_page_problems,
    page_problems,
    raw_text_problems,
    refresh_problems,
    texts,
)
from .resources import (
    base_problems,
    content_problems,
    file_problems,
    integrity_problems,
    own,
    policy_problems,
    served,
    styles_itself,
    stylesheets_in_force,
    syntax_problems,
    unscripted_problems,
    unstyled_problems,
)
from .scripts import (
    element_problems,
    fragment_problems,
    inline_new_syntax_problems,
    inline_script_problems,
    is_translation,
    mount_problems,
    new_syntax_problems,
    repeated_script_problems,
    root_problems,
    script_sources,
    script_type_problems,
    scripts_name_file,
    unnamed_words,
)
from .search_engines import crawler_problems, search_engine_problems

Schemas: TypeAlias = Callable[[str], json_schema.Schema]
"""The type of the fixture ``schema``."""

__all__ = [
    "FRESH",
    "GONE",
    "NAMED",
    "REPEATABLE",
    "WEBSOCKET",
    "Client",
    "DeploymentError",
    "Environment",
    "Resource",
    "Response",
    "Schemas",
    "base_problems",
    "blank_problems",
    "borrowed_text_problems",
    "certificate_problems",
    "charset_problems",
    "content_problems",
    "cookie_problems",
    "crawler_problems",
    "dead_link_problems",
    "differ",
    "element_problems",
    "elsewhere_problems",
    "empty_text_problems",
    "end_problems",
    "end_tag_problems",
    "feed_problems",
    "file_problems",
    "fragment_problems",
    "framing_problems",
    "inline_definition_problems",
    "inline_new_syntax_problems",
    "inline_redeclaration_problems",
    "inline_script_problems",
    "integrity_problems",
    "is_old_dialect",
    "is_translation",
    "key_problems",
    "language",
    "language_problems",
    "leftover_problems",
    "library_problems",
    "lifetime_problems",
    "link_problems",
    "login_problems",
    "markup_in_script",
    "missing_definition_problems",
    "mount_problems",
    "named_host_problems",
    "new_syntax_problems",
    "one_page_problems",
    "order_problems",
    "own",
    "page_problems",
    "policy_problems",
    "raw_text_problems",
    "redeclaration_problems",
    "refresh_problems",
    "repeated_script_problems",
    "root_problems",
    "script_sources",
    "script_trouble",
    "script_type_problems",
    "scripts_name_file",
    "search_engine_problems",
    "served",
    "side_by_side",
    "start_problems",
    "still_differ",
    "stray_script_problems",
    "styles_itself",
    "stylesheets_in_force",
    "syntax_problems",
    "texts",
    "unbalanced_script",
    "uncalled_problems",
    "unnamed_words",
    "unscripted_problems",
    "unstyled_problems",
    "web_page_problems",
]
