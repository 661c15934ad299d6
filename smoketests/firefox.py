"""What other Firefoxes send than the one that all checks ask as, by the environment's [send]."""

NEWER = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0; rv:150.0) Gecko/20100101 Firefox/150.0"}
ANDROID = {"User-Agent": "Mozilla/5.0 (Android; Mobile; rv:38.0) Gecko/38.0 Firefox/38.0"}
