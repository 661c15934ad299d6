"""The site as a whole: robots, headers, caching, version and health."""

import pytest


@pytest.mark.catches("robots-allows", "robots-missing")
@pytest.mark.get("content:/robots.txt")
def test_robots_are_kept_out(response):
    """FHR is shown inside Firefox and belongs in no search engine."""
    assert response.status_code == 200
    lines = (line.partition("#")[0].partition(":") for line in response.text.splitlines())
    rules = [(name.strip().lower(), value.strip()) for name, _, value in lines if name.strip()]
    assert rules == [("user-agent", "*"), ("disallow", "/")]


@pytest.mark.catches("git-exposed")
@pytest.mark.get("content:/.git/HEAD", "content:/.git/config")
def test_the_checkout_is_not_published(responses):
    """A site deployed from a checkout must not hand out its history and settings."""
    for response in responses:
        assert response.status_code in (403, 404)


@pytest.mark.catches("cache-a-year", "header-missing")
@pytest.mark.get("content:/{locale}/{*page}", references=True)
@pytest.mark.get("content:/{locale}/js/config.json")
def test_headers_are_what_the_environment_expects(responses, references, environment):
    """Caching and protection headers are those of the environment's file."""
    for answer in responses:
        assert environment.header_problems(answer.path, answer.headers) == []
    for needed in references:
        if needed.exchange is not None:
            answer = needed.response
            assert environment.header_problems(answer.path, answer.headers) == [], needed


@pytest.mark.catches("conditional-ignored", "etag-missing")
@pytest.mark.origin("content")
@pytest.mark.parametrize("path", ["/en-US/", "/en-US/js/config.json", "/robots.txt"])
def test_unchanged_files_are_not_sent_again(client, path):
    """If-None-Match with the ETag just given is answered by 304 and no body."""
    first = client.get(path)
    assert first.status_code == 200
    assert "last-modified" in first.headers
    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""


@pytest.mark.catches("version-incomplete", "version-missing", "version-wavers")
@pytest.mark.get("{release}", samples=10)
def test_the_version_document_says_what_is_deployed(responses, environment, schema):
    """Without it nobody can say which release is on the air; two answers are two releases."""
    first = responses[0].text
    for response in responses:
        assert response.status_code == 200
        if environment.release.shape == "json":
            schema("version").check(response.json())
        assert response.text.strip()
        assert response.text == first


@pytest.mark.catches("heartbeat-down", "lbheartbeat-down")
@pytest.mark.get("content:/__heartbeat__", "content:/__lbheartbeat__")
def test_the_deployment_says_it_is_well(responses):
    """Dockerflow's heartbeats: the load balancer takes out what does not answer 200."""
    for response in responses:
        assert response.status_code == 200
