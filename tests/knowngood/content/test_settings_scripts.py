"""Settings that nobody filled in, in a script that holds nothing else."""

import pytest

from knowngood.content.settings_scripts import unfilled

UNFILLED = [
    'window.__ENV__ = { API_BASE: "${API_BASE}", SENTRY_DSN: "" };',
    'window.__ENV__ = {\n  // the API\n  "API_URL": "undefined",\n};',
    "var env = Object.freeze({ apiUrl: '$API_URL' });",
    'window.env = window.env || {};\nwindow["env"]["backendUrl"] = "%BACKEND_URL%";',
    '(function(window){ window["env"] = {}; window["env"]["apiUrl"] = "${API_URL}"; })(this);',
    'window.VITE_API_URL="__VITE_API_URL__"',
    'self.settings={baseUrl:"{{ .BaseURL }}"}',
]
SOUND = [
    'window.__ENV__ = { API_BASE: "/api", MATOMO_URL: "${MATOMO_URL}", SENTRY_DSN: "undefined" };',
    "window.__ENV__ = { API_BASE: undefined };",
    'const url = "${API_URL}"; const api = url === "${API_URL}" ? "/api" : url;',
    'const apiUrl = "${API_URL}".startsWith("$") ? "/api" : "${API_URL}";',
    'window.env = { apiUrl: () => "${API_URL}" };',
    'render({ api: "${API_URL}" })',
    'window.texts = { hello: "{{ name }}", server: "Server" };',
    '// apiUrl: "${API_URL}"\nwindow.env = { apiUrl: "https://example.org/" };',
    'window.env = { apiUrl: "https://example.org/${API}" };',
    "window.env = { apiUrl: `${API_URL}` };",
    f'window.env = {{ apiUrl: "${{API_URL}}", x: "{"x" * 9000}" }};',
    "",
]


@pytest.mark.parametrize("source", UNFILLED)
def test_address_of_an_api_that_was_not_filled_in(source: str) -> None:
    """The application asks for it by what stands there."""
    assert unfilled(source.encode()).startswith("a value was not filled in: ")


@pytest.mark.parametrize("source", SOUND)
def test_settings_that_may_be_meant_so(source: str) -> None:
    """A program knows what to do with it, and an application runs without a tracker."""
    assert unfilled(source.encode()) == ""


def test_name_and_value_are_told() -> None:
    """They say what the step that did not run was to fill in."""
    line = unfilled(b'window.env = {API_URL: "${API_URL}"}')
    assert line == 'a value was not filled in: API_URL is "${API_URL}"'
