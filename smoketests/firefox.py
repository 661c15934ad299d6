"""What other Firefoxes send than the one that all checks ask as, by the environment's [send]."""

NEWER = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0; rv:150.0) Gecko/20100101 Firefox/150.0"}
ANDROID = {"User-Agent": "Mozilla/5.0 (Android; Mobile; rv:38.0) Gecko/38.0 Firefox/38.0"}

# about:healthreport, which shows the pages in a frame, is of no site.
PAGE = {
    **NEWER,
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "ja,fr;q=0.7,en-US;q=0.3",
    "Sec-Fetch-Dest": "iframe",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "cross-site",
    "Upgrade-Insecure-Requests": "1",  # with every page since Firefox 48
}
_FILE = {**NEWER, "Accept": "*/*", "Sec-Fetch-Site": "same-origin"}
SCRIPT = {**_FILE, "Sec-Fetch-Dest": "script", "Sec-Fetch-Mode": "no-cors"}
# FHR's data.js and fhr.js read JSON by jQuery's $.getJSON, which adds two headers of its own.
JSON = {
    **_FILE,
    "Accept": "application/json, text/javascript, */*; q=0.01",
    "Sec-Fetch-Dest": "empty",
    "Sec-Fetch-Mode": "cors",
    "X-Requested-With": "XMLHttpRequest",
}
# How it asks whether a file that it holds is still the one that is there, by the file's headers.
VALIDATORS = {"etag": "If-None-Match", "last-modified": "If-Modified-Since"}
