"""The site as a whole: robots, headers, caching, version and health."""

import re

import pytest

FIREFOX = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:38.0) Gecko/20100101 Firefox/38.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "de,en;q=0.5",
}


@pytest.mark.catches("robots-allows", "robots-is-html", "robots-missing")
@pytest.mark.get("content:/robots.txt")
def test_robots_are_kept_out(response):
    """FHR is shown inside Firefox and belongs in no search engine.

    $ curl -sS "$content/robots.txt"
    User-agent: *
    Disallow: /
    """
    assert response.status_code == 200
    assert len(response.content) < 10_000
    lines = (line.partition("#")[0].partition(":") for line in response.text.splitlines())
    rules = [(name.strip().lower(), value.strip()) for name, _, value in lines if name.strip()]
    assert rules == [("user-agent", "*"), ("disallow", "/")]


@pytest.mark.catches("backup-exposed", "env-exposed", "git-exposed", "svn-exposed")
@pytest.mark.get(
    "content:/.git/HEAD",
    "content:/.git/config",
    "content:/.svn/entries",
    "content:/.hg/requires",
    "content:/.env",
    "content:/en-US/js/config.json~",
    "content:/en-US/js/config.json.bak",
)
def test_the_checkout_is_not_published(responses):
    r"""A site deployed from a checkout must not hand out its history, settings and backups.

    $ for path in .git/HEAD .git/config .svn/entries .hg/requires .env en-US/js/config.json~ \
    >   en-US/js/config.json.bak; do
    >   curl -sS -o /dev/null -w '%{http_code} %{url_effective}\n' "$content/$path"
    > done | sed '/^40[34] /d'
    """
    for response in responses:
        assert response.status_code in (403, 404)


@pytest.mark.catches("folder-listed")
@pytest.mark.get("content:/en-US/js/", "content:/en-US/img/")
def test_folders_are_not_listed(responses):
    r"""A list of files is the web server's own page, and shows what nobody refers to.

    $ for path in en-US/js/ en-US/img/; do
    >   curl -sS "$content/$path" | sed -n '/<title>\(Index of\|Directory listing\)/p'
    > done
    """
    for response in responses:
        assert not re.search(r"<title>\s*(Index of|Directory listing)", response.text, re.I)


@pytest.mark.catches(
    "cache-a-year",
    "cache-control-twice",
    "cookie-set",
    "header-missing",
)
@pytest.mark.get("content:/{locale}/{*page}", resources=True)
@pytest.mark.get("content:/{locale}/js/config.json")
def test_headers_are_what_the_environment_expects(responses, resources, environment):
    """Caching and protection headers are those of the environment's file."""
    for answer in responses:
        assert environment.header_problems(answer.path, answer.headers) == []
    for resource in resources:
        if resource.exchange is not None:
            answer = resource.response
            assert environment.header_problems(answer.path, answer.headers) == [], resource


@pytest.mark.catches("firefox-turned-away", "unknown-locale-200-for-browsers")
@pytest.mark.origin("content")
@pytest.mark.parametrize(
    "path",
    ["/en-US/", "/en-US/v4/", "/en-US/mobile/?v=1", "/en-US/js/config.json", "/xx-unknown/"],
)
def test_firefox_gets_what_we_get(client, path):
    """The rest of these checks would prove nothing if who asks as Firefox got something else.

    $ firefox='Mozilla/5.0 (X11; Linux x86_64; rv:38.0) Gecko/20100101 Firefox/38.0'
    > for path in en-US/ en-US/v4/ "en-US/mobile/?v=1" en-US/js/config.json xx-unknown/; do
    >   ours=$(curl -sS -w '%{http_code}' "$content/$path")
    >   theirs=$(curl -sS -w '%{http_code}' -A "$firefox" "$content/$path")
    >   test "$ours" = "$theirs" || echo "$path"
    > done
    """
    ours = client.get(path)
    theirs = client.get(path, headers=FIREFOX)
    assert theirs.status_code == ours.status_code
    assert theirs.content == ours.content


@pytest.mark.catches("gzip-stale")
@pytest.mark.origin("content")
@pytest.mark.parametrize("page", ["/en-US/", "/en-US/v4/", "/en-US/mobile/?v=1"])
def test_compressed_and_plain_are_the_same(client, page):
    """Files that are compressed beforehand can be those of an older release.

    $ for page in en-US/ en-US/v4/ en-US/mobile/; do
    >   refers='(src|href)="[^"#:/][^"#:]+[.](js|css)'
    >   for name in "" $(curl -sS "$content/$page?v=1" | grep -Eo "$refers" | sed 's/.*"//'); do
    >     url="$content/$page$name?v=1"
    >     test "$(curl -sS --compressed "$url")" = "$(curl -sS "$url")" || echo "$url"
    >   done
    > done
    """
    first = client.get(page)
    resource = {page: first}
    for node in first.html.css("script[src], link[rel=stylesheet][href]"):
        url = first.url.join(node.attributes.get("src") or node.attributes.get("href"))
        if url.netloc == first.url.netloc:
            resource[str(url)] = client.get(str(url))
    for url, packed in resource.items():
        plain = client.get(url, headers={"Accept-Encoding": "identity"})
        assert plain.content == packed.content, url


@pytest.mark.catches("conditional-ignored", "etag-changes", "etag-missing")
@pytest.mark.origin("content")
@pytest.mark.parametrize("path", ["/en-US/", "/en-US/js/config.json", "/robots.txt"])
def test_unchanged_files_are_not_sent_again(client, path):
    r"""If-None-Match with the ETag just given is answered by 304 and no body.

    $ for path in en-US/ en-US/js/config.json robots.txt; do
    >   etag=$(curl -sSI "$content/$path" | tr -d '\r' | sed -n 's/^[Ee][Tt]ag: *//p')
    >   curl -sS -o /dev/null -w '%{http_code}\n' -H "If-None-Match: $etag" "$content/$path"
    > done
    304
    304
    304
    """
    first = client.get(path)
    if first.status_code == 404:  # whether it has to be there, another check tells
        return
    assert first.status_code == 200
    assert "last-modified" in first.headers
    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""


@pytest.mark.catches(
    "version-commit-head",
    "version-incomplete",
    "version-missing",
    "version-wavers",
)
@pytest.mark.get("{release}", samples=10)
def test_the_version_document_says_what_is_deployed(responses, environment, schema):
    r"""Without it nobody can say which release is on the air; two answers are two releases. As a
    text it is one word, a tag or a commit, and none of git's own complaints.

    $ there && echo live
    live
    """
    first = responses[0].text
    for response in responses:
        assert response.status_code == 200
        if environment.release.shape == "json":
            schema("version").check(response.json())
        elif environment.release.shape == "text":
            assert re.fullmatch(r"[^\s<>]+", response.text.strip())
            assert response.text.strip() != "HEAD"
        assert response.text.strip()
        assert response.text == first


@pytest.mark.catches("heartbeat-down", "heartbeat-says-error", "lbheartbeat-down")
@pytest.mark.get("content:/__heartbeat__", "content:/__lbheartbeat__")
def test_the_deployment_says_it_is_well(responses, environment):
    r"""Dockerflow's heartbeats: the load balancer takes out what does not answer 200. What they say
    is free, but an error with 200 would keep a broken one in. There are none where the version
    document is not Dockerflow's, or where the environment says which there are.

    $ for path in __heartbeat__ __lbheartbeat__; do
    >   curl -sS -o /dev/null -w '%{http_code}\n' "$content/$path"
    > done
    200
    200
    """
    release = environment.release
    dockerflow = release is None or release.url.endswith("/__version__")
    usual = ["__heartbeat__", "__lbheartbeat__"] if dockerflow else []
    there = environment.params.get("heartbeat", usual)
    for response in responses:
        missing = response.status_code == 404 and response.path.strip("/") not in there
        assert missing or response.status_code == 200
        assert not re.search(r'"status"\s*:\s*"(error|critical|fail\w*|down)"', response.text, re.I)
