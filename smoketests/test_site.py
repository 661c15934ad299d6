"""The site as a whole: what it publishes, its version and its health."""

import re

import pytest

from knowngood import checks

from .version_document import is_dockerflow, release_in


def reported_error(response):
    """Return the error that a heartbeat reports; a part in trouble may leave the whole well."""
    if response.media_type == "application/json" and response.content:
        document = response.json()
        status = document.get("status") if isinstance(document, dict) else None
        return status if re.fullmatch(r"error|critical|fail\w*|down", str(status), re.I) else None
    found = re.search(r'"status"\s*:\s*"(error|critical|fail\w*|down)"', response.text, re.I)
    return found and found[1]


@pytest.mark.catches("robots-allows", "robots-is-html", "robots-missing")
@pytest.mark.get("content:/robots.txt")
def test_robots_are_kept_out(response):
    """robots.txt keeps all crawlers out: FHR is shown inside Firefox only."""
    assert response.status_code == 200
    assert len(response.content) < 10_000, "expected two lines, found more than 10,000 bytes"
    assert checks.crawler_problems(response) == []


@pytest.mark.catches("backup-exposed", "env-exposed", "git-exposed", "svn-exposed")
@pytest.mark.catches("passwords-exposed")
@pytest.mark.get("content:/.git/HEAD", "content:/.git/config", unpublished=True)
@pytest.mark.get("content:/.svn/entries", "content:/.hg/requires", unpublished=True)
@pytest.mark.get("content:/.env", "content:/.htpasswd", unpublished=True)
@pytest.mark.get("content:/en-US/js/config.json~", unpublished=True)
@pytest.mark.get("content:/en-US/js/config.json.bak", unpublished=True)
def test_the_checkout_is_not_published(responses):
    """No history, settings, passwords or backups are published, nor redirected to."""
    for response in responses:
        assert 300 <= response.status_code < 500
        assert not response.headers.get("location", "").endswith(response.url.path)


@pytest.mark.catches("folder-listed", "folder-listed-plainly")
@pytest.mark.get("content:/en-US/js/", "content:/en-US/img/")
def test_folders_are_not_listed(responses):
    """No folder is answered with a list of its files."""
    for response in responses:
        assert response.status_code < 500
        names = r"<title>\s*(Index of|Directory listing)|\bconfig\.json\b"
        assert re.search(names, response.text, re.I) is None, "the files of the folder are listed"


@pytest.mark.catches("version-incomplete", "version-missing", "version-wavers")
@pytest.mark.catches("version-commit-head")
@pytest.mark.get("{release}", samples=10)
def test_the_version_document_says_what_is_deployed(responses, environment, schema):
    """The version document names one release, the same in ten answers.

    Dockerflow's has four keys. Any other names the release in one word, a tag or a commit, and
    none of git's own complaints.
    """
    release = environment.release
    for response in responses:
        assert response.status_code == 200
        assert release.header or response.text.strip(), "the version document is empty"
        if is_dockerflow(release):
            schema("version").check(response.json())
        else:
            name = release_in(response, release)
            word = re.fullmatch(r"[^\s<>{}$]+", name) and name not in ("HEAD", "undefined")
            assert word, f'expected a tag or a commit, found "{name[:60]}"'
        same = release_in(response, release) == release_in(responses[0], release)
        assert same, "two answers for one URL name different releases"


@pytest.mark.catches("heartbeat-down", "heartbeat-says-error", "lbheartbeat-down")
@pytest.mark.catches("heartbeat-is-html", "lbheartbeat-is-html")
@pytest.mark.get("content:/__heartbeat__", "content:/__lbheartbeat__")
def test_the_deployment_says_it_is_well(responses, environment):
    """The heartbeats that the environment names answer 200 and report no error.

    A load balancer takes out what does not answer 200; an error with 200 keeps it in, and so does
    a page, which is that of somebody else.
    """
    for response in responses:
        if response.path.strip("/") not in environment.params.get("heartbeat", ()):
            continue
        assert response.status_code == 200
        error = reported_error(response)
        assert error is None, f'expected no error, found the status "{error}"'
        assert checks.web_page_problems(response) == []
