"""The files of a suite hold what a server said as texts, and nothing of it as code."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from typing import Any

import pytest

from knowngood.scaffold import suite
from knowngood.scaffold.pages import Page
from knowngood.scaffold.self_reports import Wellness
from knowngood.scaffold.survey import NamedDocument, Survey

HOSTILE = [
    '"""; import os; """',
    '"""\nimport os\n"""',
    '" + os.getcwd() + "',
    "\\",
    '\\"""',
    "\\N{none} \\x",
    "a\x00\x07\x1b[31m\x7f\r\nb\u2028c",
    "{{ 1 }} {nonce} {secrets.token} {% raw %}",
]


def written(**seen: Any) -> dict[str, str]:
    """The files for a deployment."""
    return suite(Survey("http://127.0.0.1:1", **seen), "prod").files


def functions(source: str) -> list[ast.FunctionDef]:
    """The functions of a file of checks, which holds imports and nothing else beside them."""
    docstring, *body = ast.parse(source).body
    assert isinstance(docstring, ast.Expr)
    imports = [ast.unparse(node) for node in body if not isinstance(node, ast.FunctionDef)]
    assert set(imports) <= {"import uuid", "import pytest", "from knowngood import checks"}
    within = [type(node) for function in body[len(imports) :] for node in ast.walk(function)]
    assert ast.Import not in within
    return [node for node in body if isinstance(node, ast.FunctionDef)]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("method", ["get", "post"])
def test_operation(text: str, method: str) -> None:
    """Its path, id, summary and example; read, or written."""
    operation = {
        "operationId": text,
        "summary": text,
        "parameters": [{"name": "q", "in": "query", "required": True, "example": text}],
    }
    paths = {"/" + text.translate({ord("{"): None}): {method: operation}}
    (function,) = functions(
        written(api={"openapi": "3.0.0", "paths": paths})["smoketests/test_api.py"]
    )
    assert isinstance(function.body[0], ast.Expr)
    assert "\n" not in (ast.get_docstring(function) or "")


def hostile_api(text: str) -> dict[str, Any]:
    """A document that has ``text`` wherever a text may stand."""
    schema = {"type": "object", "required": [text], "properties": {text: {"const": {text: text}}}}
    body = {"content": {"application/json": {"schema": schema}}}
    field = text.translate({ord("{"): None, ord("}"): None})
    parameters = [
        {"name": field, "in": "path", "required": True},
        {"name": text, "in": "query", "required": True, "example": text},
        {"name": text, "in": "header", "required": True, "schema": {"default": text}},
    ]
    operation = {
        "summary": text,
        "security": [{text: []}],
        "requestBody": body,
        "responses": {"201": {**body, "headers": {"Location": {}}}},
    }
    one = {"parameters": parameters, "get": operation, "put": operation, "delete": operation}
    flows = {"password": {"tokenUrl": text}}
    return {
        "openapi": "3.1.0",
        "paths": {f"/{text}": {"post": operation}, f"/{text}/{{{field}}}": one},
        "components": {"securitySchemes": {text: {"type": "oauth2", "flows": flows}}},
    }


@pytest.mark.parametrize("text", HOSTILE)
def test_operations_that_write(text: str) -> None:
    """Fields, keys, bodies, headers and the login."""
    assert functions(written(api=hostile_api(text))["smoketests/test_api.py"])
    assert tomllib.loads(written(api=hostile_api(text))["environments/prod.toml"])


def test_stream_without_an_end() -> None:
    """It has no check: a request would wait for its end. It is named."""
    responses = {"200": {"content": {"text/event-stream": {"schema": {"type": "string"}}}}}
    api = {"openapi": "3.1.0", "paths": {"/events": {"get": {"responses": responses}}}}
    suggested = suite(Survey("http://127.0.0.1:1", api=api), "prod")
    assert functions(suggested.files["smoketests/test_api.py"]) == []
    assert suggested.api.unwritten == ("GET /events (a stream has no end)",)


@pytest.mark.parametrize("text", HOSTILE)
def test_operation_that_reads_what_another_lists(text: str) -> None:
    """Paths, the key of the list, and that of the id."""
    field = text.translate({ord("{"): None, ord("}"): None})
    schema = {"properties": {text: {"items": {"properties": {field: {}}}}}}
    listed = {"responses": {"200": {"content": {"application/json": {"schema": schema}}}}}
    parameters = [{"name": field, "in": "path", "required": True}]
    one = {"parameters": parameters, "get": {"summary": text, "responses": {"200": {}}}}
    path = f"/{text.translate({ord('{'): None, ord('}'): None})}"
    api = {"openapi": "3.1.0", "paths": {path: {"get": listed}, f"{path}/{{{field}}}": one}}
    suggested = suite(Survey("http://127.0.0.1:1", api=api), "prod")
    checks = functions(suggested.files["smoketests/test_api.py"])
    assert len(checks) == 2
    assert suggested.api.unwritten == ()


@pytest.mark.parametrize(
    ("schema", "count"),
    [
        ({"properties": {"a": {}}}, 1),
        ({"type": "array", "items": {"properties": {"a": {}}}}, 1),
        ({"properties": {"a": {}}, "required": ["a"]}, 0),
        ({"allOf": [{"properties": {"a": {}}}, {"required": ["a"]}]}, 0),
        ({"type": "object"}, 0),
    ],
)
def test_answer_that_may_lack_any_key(schema: dict[str, Any], count: int) -> None:
    """It is counted: a key that was renamed passes."""
    answer = {"200": {"content": {"application/json": {"schema": schema}}}}
    api = {"openapi": "3.1.0", "paths": {"/a": {"get": {"responses": answer}}}}
    assert suite(Survey("http://127.0.0.1:1", api=api), "prod").api.without_keys == count


@pytest.mark.parametrize("kind", ["apiKey", "http"])
@pytest.mark.parametrize("place", ["header", "query", "cookie"])
@pytest.mark.parametrize("text", HOSTILE)
def test_login(text: str, place: str, kind: str) -> None:
    """The name of a header, a query or a cookie."""
    api = hostile_api(text)
    scheme = {"type": kind, "scheme": text, "in": place, "name": text}
    api["components"]["securitySchemes"][text] = scheme
    assert functions(written(api=api)["smoketests/conftest.py"])


@pytest.mark.parametrize("pages", [(), (Page("/", "en"),)], ids=["no-page", "a-page"])
def test_name_of_an_account(pages: tuple[Page, ...]) -> None:
    """It is a param: with its comment signs taken away, the file is TOML that has both tables."""
    api = hostile_api("a")
    api["components"]["securitySchemes"]["a"] = {"type": "http", "scheme": "basic"}
    suite = written(api=api, pages=pages)
    text = suite["environments/prod.toml"].partition("[budget]")[0]
    for line in ("[secrets]", "[params]", "password = ", "user = "):
        text = text.replace(f"# {line}", line)
    environment = tomllib.loads(text)
    assert environment["secrets"] == {"password": "PROD_PASSWORD"}
    assert environment["params"]["user"] == ["NAME"]
    assert 'environment.params["user"][0]' in suite["smoketests/conftest.py"]
    assert "`writes = true`, [params] and [secrets]" in suite["smoketests/test_api.py"]


@pytest.mark.parametrize("text", HOSTILE)
def test_page(text: str) -> None:
    """Its path and language, and a header."""
    suite = written(
        pages=(Page("/", "en"), Page(f"/{text}", text)), headers={"referrer-policy": text}
    )
    assert functions(suite["smoketests/test_pages.py"])
    environment = tomllib.loads(suite["environments/prod.toml"])
    assert [text] in environment["params"].values()
    assert environment["headers"]["pages"]["referrer-policy"] == text


@pytest.mark.parametrize("languages", [("en", "fr"), ("en-US", "en-us"), ("«", "»"), ("", "en")])
def test_names_do_not_depend_on_the_order_of_pages(languages: tuple[str, str]) -> None:
    """A second run finds the checks again when the site lists its pages in another order."""
    pages = [Page("/a", languages[0]), Page("/b", languages[1]), Page("/c", "he", "rtl")]
    first, second = (
        written(pages=tuple(one))["smoketests/test_pages.py"] for one in (pages, pages[::-1])
    )
    names = [function.name for function in functions(first)]
    assert sorted(names) == sorted(function.name for function in functions(second))
    assert len(set(names)) == len(names)
    assert "test_page_is_whole_he" in names


def test_direction_is_in_names_where_a_language_has_two() -> None:
    """Else it is one word more in what a report says."""
    pages = Page("/a", "he", "rtl"), Page("/b", "he", "ltr"), Page("/c", "en", "ltr")
    source = written(pages=pages)["smoketests/test_pages.py"]
    names = {function.name for function in functions(source)}
    wholes = {name for name in names if name.startswith("test_page_is_whole")}
    assert wholes == {f"test_page_is_whole_{words}" for words in ("he_rtl", "he_ltr", "en")}


@pytest.mark.parametrize(
    ("languages", "claimed"),
    [
        (["en-GB"], ["en"]),
        (["en-GB", "de"], ["en", "de"]),
        (["pt-BR", "pt-PT"], ["pt-BR", "pt-PT"]),
        (["en", "en-GB"], ["en", "en-GB"]),
    ],
)
def test_region_of_a_language(languages: list[str], claimed: list[str]) -> None:
    """It is claimed where pages in another one are to be told apart."""
    pages = tuple(Page(f"/{language}/", language) for language in languages)
    source = written(pages=pages)["smoketests/test_pages.py"]
    assert re.findall(r'language_problems\(response, "(.*?)"\)', source) == claimed


@pytest.mark.parametrize("sound", [True, False])
def test_links_of_the_start_page(sound: bool) -> None:
    """They are followed where it was answered."""
    source = written(pages=(Page("/", "en", sound=sound), Page("/b", "en")))
    assert ("test_links_lead_somewhere" in source["smoketests/test_pages.py"]) is sound


def test_what_another_page_lacks_comes_first() -> None:
    """Of a login in place of the page, its charset says the least."""
    pages = (Page("/", "en", is_styled=True, needs_scripts=True),)
    source = written(pages=pages)["smoketests/test_pages.py"]
    claims = ("page", "unstyled", "unscripted", "charset")
    places = [source.index(f"checks.{claim}_problems(response)") for claim in claims]
    assert places == sorted(places)


@pytest.mark.parametrize("other", [True, False])
def test_what_all_pages_have(other: bool) -> None:
    """Styles, scripts that they need, and more are claimed where no page lacks them."""
    facts = ("is_styled", "needs_scripts", "has_mount", "has_main_text", "has_end")
    page = Page("/", "en", **dict.fromkeys(facts, True))
    pages = (page, Page("/b", "en", is_long_lived=not other, **dict.fromkeys(facts, other)))
    source = written(pages=pages)["smoketests/test_pages.py"]
    for claim in ("unstyled", "unscripted", "blank", "lifetime", "end"):
        assert (f"checks.{claim}_problems(response)" in source) is other
    assert ("checks.mount_problems(response, resources)" in source) is other


def test_schema_that_is_refused() -> None:
    """The check is written without it, and says why."""
    schema = {"type": "string", "format": "strange"}
    answer = {"content": {"application/json": {"schema": schema}}}
    paths = {"/a": {"get": {"responses": {"200": answer}}}}
    source = written(api={"openapi": "3.0.0", "paths": paths})["smoketests/test_api.py"]
    (function,) = functions(source)
    assert [argument.arg for argument in function.args.args] == ["response"]
    assert "format 'strange' is not checked" in source
    assert max(map(len, source.splitlines())) < 120


@pytest.mark.parametrize("is_page", [True, False])
def test_page_for_what_is_not_there(is_page: bool) -> None:
    """A site in debug mode shows there how it is made; a document has no such page."""
    source = written(missing_page=is_page)["smoketests/test_service.py"]
    assert ("checks.leftover_problems(response) == []" in source) == is_page


def test_bucket_that_refuses_what_is_not_there() -> None:
    """It says 403 where it does not tell who may list it, and 404 once it does: never 200."""
    source = written(missing=403)["smoketests/test_service.py"]
    [function] = functions(source)
    assert function.name == "test_what_is_not_there_is_refused"
    assert "assert 400 <= response.status_code < 500" in source
    assert "from knowngood import checks" not in source
    functions(written(missing=403, missing_page=True)["smoketests/test_service.py"])


def test_headers_by_which_other_origins_read_the_answers() -> None:
    """The environment file says which, since another environment has another application."""
    sharing = {"access-control-allow-origin": r"https://a\.example"}
    files = written(
        document=NamedDocument("/"), health=("/health",), shared=("/", "/health"), sharing=sharing
    )
    assert '@pytest.mark.get("site:/", "site:/health")' in files["smoketests/test_service.py"]
    functions(files["smoketests/test_service.py"])
    table = tomllib.loads(files["environments/prod.toml"])["headers"]["shared"]
    assert table == {"paths": ".*", **sharing}


def secured(**paths: Any) -> dict[str, str]:
    """The files for an API whose token comes from /token."""
    flow = {"password": {"tokenUrl": "token", "scopes": {}}}
    schemes = {"oauth": {"type": "oauth2", "flows": flow}}
    operations = {f"/{path}": {method: node} for path, (method, node) in paths.items()}
    api = {"openapi": "3.1.0", "paths": operations, "components": {"securitySchemes": schemes}}
    return written(api=api)


def test_operation_to_read_that_needs_a_login() -> None:
    """It is refused without one, and answered with one: each a check. All files may log in."""
    files = secured(me=("get", {"security": [{"oauth": []}]}))
    source = files["smoketests/test_api.py"]
    names = [function.name for function in functions(source)]
    assert names == ["test_get_me_needs_a_login", "test_get_me"]
    shared = functions(files["smoketests/conftest.py"])
    assert [function.name for function in shared] == ["token", "login"]
    assert '"set `writes = true`, [params] and [secrets] in environments/prod.toml' in source


def test_operation_that_gives_out_the_token() -> None:
    """The fixture asks for one: a check with made-up credentials would fail."""
    me = ("get", {"security": [{"oauth": []}]})
    source = secured(me=me, token=("post", {}))["smoketests/test_api.py"]
    names = [function.name for function in functions(source)]
    assert names == ["test_get_me_needs_a_login", "test_get_me"]


@pytest.mark.parametrize(
    ("key", "value", "line"),
    [
        ("status", "UP", 'assert response.json().get("status") == "UP"'),
        ("healthy", True, 'assert response.json().get("healthy") is True'),
        ("", "OK", 'assert response.text.strip() == "OK"'),
    ],
)
def test_health_must_go_on_saying_that_all_is_well(key: str, value: str | bool, line: str) -> None:
    """In the words of today."""
    path = "/api/health"
    seen = {"health": (path,), "well": (Wellness(path, key, value),)}
    source = written(**seen)["smoketests/test_service.py"]
    assert line in source
    assert "test_api_health_says_that_all_is_well" in [one.name for one in functions(source)]


@pytest.mark.parametrize(
    ("keys", "value", "line"),
    [
        (("db",), True, 'assert response.json().get("db", True) is True'),
        (("parts", "db"), "ok", 'assert response.json().get("parts", {}).get("db", "ok") == "ok"'),
    ],
)
def test_health_must_go_on_saying_that_a_store_is_well(
    keys: tuple[str, ...], value: str | bool, line: str
) -> None:
    """As long as it says something of it."""
    well = Wellness("/healthz", "status", "ok", ((keys, value),))
    source = written(health=("/healthz",), well=(well,))["smoketests/test_service.py"]
    assert line in source
    assert 'assert response.json().get("status") == "ok"' in source


def test_address_that_leads_elsewhere() -> None:
    """It is asked for as people do."""
    source = written(missing=200, start="/", start_type="text/html")["smoketests/test_service.py"]
    assert '@pytest.mark.get("site:/", follow=True)' in source
    assert [one.name for one in functions(source)] == ["test_address_leads_to_the_service"]


@pytest.mark.parametrize(
    ("seen", "named"),
    [
        ({"start": "/"}, "/"),
        ({"document": NamedDocument("/api/{x}")}, "/api/{{x}}"),
        ({}, ""),
    ],
)
def test_suite_says_which_mark_asks_for_what_was_named(seen: dict[str, Any], named: str) -> None:
    """By it the check is known in the user's file, whatever its name is there."""
    suggested = suite(Survey("http://a.example", **seen), "prod")
    assert suggested.named == (f'"site:{named}"' if named else "")
    assert suggested.named in suggested.files.get("smoketests/test_service.py", "")


@pytest.mark.parametrize(("path", "name"), [("/v1/orders?a=1", "v1-orders-a-1"), ("/", "root")])
def test_document_keeps_to_its_schema(path: str, name: str) -> None:
    """The file lies where the check looks for it."""
    schema = {"required": ["orders"]}
    files = written(document=NamedDocument(path, kind="dict", schema=schema))
    assert json.loads(files[f"smoketests/schemas/{name}.schema.json"]) == schema
    source = files["smoketests/test_service.py"]
    assert f'schema("{name}").check(response.json())' in source
    assert "def test_service_answers(response, schema):" in source
    assert "assert response.json()" not in source


@pytest.mark.parametrize(("missing", "is_there"), [(404, True), (200, False)])
def test_check_of_what_nobody_may_fetch(missing: int, is_there: bool) -> None:
    """It is written and runs where somebody takes its comment away. A site that answers any path
    with its page publishes nothing by it.
    """
    files = written(missing=missing, start="/")
    source = files["smoketests/test_service.py"]
    before, mark, behind = source.partition("# @pytest.mark.get(")
    assert bool(mark) == is_there
    live = re.sub("^# ?", "", mark + behind, flags=re.M)
    names = [one.name for one in functions(before + live)]
    assert ("test_sources_are_not_published" in names) == is_there


@pytest.mark.parametrize("is_page", [True, False])
def test_page_in_place_of_a_health_check(is_page: bool) -> None:
    """It is refused where no page stands there today: a site answers so for any path it lost."""
    pages = ("/healthz",) if is_page else ()
    source = written(health=("/healthz",), health_pages=pages)["smoketests/test_service.py"]
    assert ('response.media_type != "text/html"' in source) != is_page


@pytest.mark.parametrize(
    ("page", "line"),
    [
        (Page("/", runs_files=True), "checks.unscripted_problems(response, files=True) == []"),
        (Page("/", needs_scripts=True), "checks.unscripted_problems(response) == []"),
        (Page("/", has_root=True), "checks.root_problems(response, resources) == []"),
        (Page("/", needs_scripts=True, has_base=True), 'response.html.css_first("base[href]") is'),
        (Page("/", has_base=True), ""),
        (Page("/"), ""),
    ],
)
def test_scripts_of_a_page(page: Page, line: str) -> None:
    """What a page is made by today it is to have tomorrow."""
    source = written(pages=(page,))["smoketests/test_pages.py"]
    assert functions(source)
    assert bool(re.search(r"unscripted_problems|root_problems|base\[", source)) == bool(line)
    assert line in source


def test_feeds() -> None:
    """They are to be there, with items."""
    files = written(feeds=("/feed.xml", "/{a}"), missing=200)
    (function,) = functions(files["smoketests/test_service.py"])
    assert function.name == "test_feeds_are_whole"
    assert '"site:/{{a}}", follow=True' in files["smoketests/test_service.py"]


def test_page_in_place_of_one_of_two_health_checks() -> None:
    """Where the other is a page, it is refused all the same."""
    source = written(health=("/health", "/up"), health_pages=("/up",))["smoketests/test_service.py"]
    assert functions(source)
    assert 'response.media_type != "text/html" or response.path in ["/up"], ' in source


@pytest.mark.parametrize(
    ("texts", "differ"),
    [(["Cars", "Bikes", "Cars"], True), (["Cars"] * 3, False), (["Cars", "Bikes"], False)],
)
def test_pages_that_differ(texts: list[str], differ: bool) -> None:
    """One that comes in place of most is noticed where they do, and are several."""
    pages = tuple(Page(f"/{n}", texts=frozenset([text])) for n, text in enumerate(texts))
    source = written(pages=pages)["smoketests/test_pages.py"]
    assert functions(source)
    assert ("checks.one_page_problems(responses) == []" in source) == differ


@pytest.mark.parametrize(
    ("kinds", "told"),
    [
        (["text/csv"], "text/csv"),
        (["text/csv; charset=utf-8"], "text/csv"),
        (["text/csv", "text/plain"], ""),
        (["image/*"], ""),
        (["application/octet-stream"], ""),
        (["application/json"], ""),
        ([], ""),
    ],
)
def test_media_type_of_an_export(kinds: list[str], told: str) -> None:
    """An error page with 200 is no CSV; what FastAPI calls JSON may be anything."""
    answers = {"200": {"content": {kind: {"schema": {}} for kind in kinds}}}
    api = {"openapi": "3.1.0", "paths": {"/export": {"get": {"responses": answers}}}}
    source = written(api=api)["smoketests/test_api.py"]
    assert ("assert response.media_type ==" in source) == bool(told)
    assert (f'assert response.media_type == "{told}"' in source) == bool(told)


@pytest.mark.parametrize("schema", [{"type": "object"}, {}])
def test_media_type_of_an_answer(schema: dict[str, Any]) -> None:
    """It is that of the document, without parameters; frameworks name one for any answer, so one
    without a schema says nothing.
    """
    answers = {"200": {"content": {"application/json; charset=utf-8": {"schema": schema}}}}
    paths = {"/users": {"get": {"responses": answers}}}
    source = written(api={"openapi": "3.1.0", "paths": paths})["smoketests/test_api.py"]
    assert ('assert response.media_type == "application/json"' in source) == bool(schema)
