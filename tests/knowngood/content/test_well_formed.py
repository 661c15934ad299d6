"""An image of XML that is not well-formed is shown by no browser."""

import time

import pytest

from knowngood.content.images import LARGEST_XML, LARGEST_XML_WITH_ENTITIES, xml_trouble

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>'
DOCTYPE = b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/svg11.dtd"'


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(SVG, id="plain"),
        pytest.param(b"\xef\xbb\xbf" + SVG + b"\n<!-- x -->\n", id="mark-and-comment"),
        pytest.param(SVG.decode().encode("utf-16"), id="utf-16"),
        pytest.param(b'<?xml version="1.0" standalone="no"?>' + DOCTYPE + b">\n" + SVG, id="type"),
        pytest.param(
            DOCTYPE + b' [<!ENTITY ns "http://x/">]><svg xmlns:x="&ns;"><x:a/></svg>', id="entity"
        ),
        pytest.param(
            b"<svg xmlns='x'><style><![CDATA[ a > b {} ]]></style></svg>",
            id="cdata",
        ),
        pytest.param(
            b"<?xml version='1.0' encoding='iso-8859-1'?><svg xmlns='x'><text>\xe9</text></svg>",
            id="latin",
        ),
        pytest.param(b"<svg><text>\xe9</text></svg>", id="charset-of-its-header"),
        pytest.param(b"<?xml version='1.0' encoding='x-none'?><svg></svg>", id="unknown-charset"),
        pytest.param(DOCTYPE + b">\n<svg><text>&nbsp;</text></svg>", id="entity-of-its-type"),
    ],
)
def test_what_is_well_formed(source: bytes) -> None:
    """Nothing is said of what browsers read, and of what they may read."""
    assert xml_trouble(source) == ""


@pytest.mark.parametrize(
    ("source", "why"),
    [
        pytest.param(SVG + b"\n" + SVG, "junk after document element at line 2", id="twice"),
        pytest.param(b"<svg><g></svg>", "mismatched tag at line 1", id="tag"),
        pytest.param(b"<svg><a b=c/></svg>", "not well-formed (invalid token)", id="quotes"),
        pytest.param(b"<svg><a b='' b=''/></svg>", "duplicate attribute", id="attribute-twice"),
        pytest.param(b"<svg><text>&nbsp;</text></svg>", "undefined entity", id="entity"),
        pytest.param(b"<svg><text>a & b</text></svg>", "not well-formed", id="ampersand"),
        pytest.param(b"<svg><use xlink:href='#a'/></svg>", "unbound prefix", id="prefix"),
        pytest.param(b"\n<?xml version='1.0'?><svg/>", "XML or text declaration not", id="late"),
    ],
)
def test_what_is_not_well_formed(source: bytes, why: str) -> None:
    """What is wrong is told with its line."""
    assert xml_trouble(source).startswith(f"not well-formed XML: {why}")


@pytest.mark.parametrize(
    "entities",
    [
        b'<!ENTITY a "1234567890"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">',
        b'<!ENTITY b "' + b"1" * 5000 + b'">',
        b'<!ENTITY b SYSTEM "file:///etc/passwd">',
    ],
)
def test_entities_that_may_grow(entities: bytes) -> None:
    """They are not followed, whatever they stand for."""
    text = b"&b;" * 50_000
    before = time.process_time()
    source = b"<!DOCTYPE svg [%b]><svg><text>%b</text></svg>" % (entities, text)
    assert xml_trouble(source) == ""
    assert time.process_time() - before < 1


def test_what_is_too_large() -> None:
    """It is not judged, with entities sooner."""
    assert xml_trouble(b"<svg>" + b" " * LARGEST_XML + b"<g></svg>") == ""
    entity = b'<!DOCTYPE svg [<!ENTITY a "b">]><svg>'
    assert xml_trouble(entity + b" " * LARGEST_XML_WITH_ENTITIES + b"<g></svg>") == ""
    assert xml_trouble(entity + b"<g></svg>") != ""


def test_an_image_that_does_not_say_that_it_is_svg() -> None:
    """A type may say it for the file; an SVG font is no image, nor another document one of SVG."""
    why = "<svg> without xmlns='http://www.w3.org/2000/svg': no browser draws it"
    assert xml_trouble(b"<svg><g/></svg>") == why
    for sound in (b"<!DOCTYPE svg><svg/>", b"<svg><font id='a'/></svg>", b"<a><svg/></a>"):
        assert xml_trouble(sound) == ""
