"""Hosts: which ones pages name and load from."""

import pytest

from knowngood import checks

pytestmark = pytest.mark.get("content:/{locale}/{*page}", resources=True)


@pytest.mark.catches("config-other-environment", "page-wrong-base")
@pytest.mark.catches("link-to-other-environment", "script-of-other-environment")
def test_no_other_environment_is_named(responses, resources, environment):
    """No page, and no file that it needs, names a host of the environments before this one."""
    hosts = environment.params.get("other_environments", ())
    for answer in (*responses, *(file.response for file in checks.own(resources))):
        assert checks.named_host_problems(answer, hosts) == []


@pytest.mark.catches("page-foreign-reference", "page-http-reference")
@pytest.mark.catches("link-to-localhost", "script-of-localhost")
def test_nothing_is_asked_for_elsewhere_or_in_clear(responses, resources, environment):
    """Pages load from our own hosts and those that the environment names, never in clear, and lead
    nobody to `localhost`.
    """
    hosts = environment.params.get("elsewhere")
    for page in responses:
        assert checks.elsewhere_problems(page, resources, hosts) == []
