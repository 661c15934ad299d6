"""The files that no script names: a runtime puts their names together.

The runtimes are those that webpack 5, Rspack and Next.js write, cut down to what matters.
"""

import pytest

from knowngood.content import webpack_chunks
from knowngood.content.name_function import ANY, names

HOST = "https://www.example.org"
OWN = r"""r.p=e.replace(/#.*$/,"").replace(/\/[^\/]+$/,"/")"""


def runtime(scripts: str, styles: str = "", base: str = 'r.p="/shop/"', loads: str = "") -> str:
    """Return a runtime that names its files so."""
    return (
        f"(()=>{{var r={{}};r.u={scripts};{styles};self.webpackChunkshop=self.webpackChunkshop||[];"
        f"{base};if(n)o.push(n[2]);{loads}}})()"
    )


def loaded(*scripts: str, at: str = "/shop/js/main.js") -> dict[str, str]:
    """Return the paths of the files that a page may load by these scripts, with their kinds."""
    known: list[webpack_chunks.Chunks] = []
    links = [
        link
        for script in scripts
        for link in webpack_chunks.links(
            "text/javascript", HOST + at, HOST + "/", script.encode(), known
        )
    ]
    return {link.url.removeprefix(HOST): link.kind for link in links}


TABLE = '{144:"96fc77d3",594:"4bcd74f5",5e3:"d41d8cd9"}[e]'
NAMED = 'e=>"js/"+(594===e?"about":e)+"."+' + TABLE + '+".js"'
FILES = ["/shop/js/144.96fc77d3.js", "/shop/js/5000.d41d8cd9.js", "/shop/js/about.4bcd74f5.js"]


def test_every_chunk_of_a_table_is_loaded() -> None:
    """With the name of those that have one."""
    assert loaded(runtime(NAMED)) == dict.fromkeys(FILES, "script-url")


@pytest.mark.parametrize(
    "function",
    [
        'e=>"js/"+({594:"about"}[e]||e)+"."+' + TABLE + '+".js"',
        'e=>""+"js/"+({594:"about"}[e]||e)+"."+(' + TABLE[:-3] + ')[e]+".js"',
        'function(e){return"js/"+(594===e?"about":e)+"."+' + TABLE + '+".js"}',
        '(e)=>{\n // return url\n \n return "js/"+(e===594?"about":e)+"."+' + TABLE + ' + ".js"; }',
        'e=>594===e?"js/about.4bcd74f5.js":"js/"+e+"."+' + TABLE + '+".js"',
    ],
)
def test_however_a_bundler_writes_the_function(function: str) -> None:
    """As webpack, Rspack and Next.js do, minified or not."""
    assert sorted(loaded(runtime(function))) == FILES


def test_one_chunk_has_no_table() -> None:
    """Its id stands where it is asked for, in another script of the build, before or behind."""
    template = runtime('e=>"js/"+e+".5a590c944e72bc76.js"')
    asks = "(self.webpackChunkshop=self.webpackChunkshop||[]).push([[1],{2:(e,t,n)=>{%s}}])"
    asked = asks % "o(()=>n.e(967).then(n.bind(n,5267)))"
    other = asked.replace("Chunkshop", "Chunkblog")
    chunk = {"/shop/js/967.5a590c944e72bc76.js": "script-url"}
    assert loaded(template, asked) == loaded(asked, template) == chunk
    assert loaded(template, other) == loaded(template, asks % "x.e(967)") == {}
    several = asks % "Promise.all([n.e(1),n.e(967)]).then(()=>n(3))"
    assert len(loaded(template, several)) == 2


def test_stylesheets_of_chunks() -> None:
    """Only of those that have one."""
    script = runtime(NAMED, 'r.miniCssF=e=>"css/"+e+".56d0bec1.css";0!==e[t]&&{144:1}[t]&&load()')
    assert loaded(script)["/shop/css/144.56d0bec1.css"] == "link"
    assert len(loaded(script)) == 4
    assert loaded(runtime(NAMED, "r.miniCssF=e=>{}")) == dict.fromkeys(FILES, "script-url")


@pytest.mark.parametrize(
    "loads",
    [
        "else if(594!=t){var a=1}",
        "else if(594==t)e[t]=0;else{var a=1}",
        "else if(/^(594|68)$/.test(t))e[t]=0;else{var a=1}",
        "else if(!/^(594|68)$/.test(t)){var a=1}",
    ],
)
def test_a_chunk_without_a_script_has_no_file(loads: str) -> None:
    """Such as one of styles alone."""
    assert sorted(loaded(runtime(NAMED, loads=loads))) == FILES[:2]


def test_a_rule_that_nobody_can_read_leaves_all_out() -> None:
    """It says which chunks have a script."""
    assert loaded(runtime(NAMED, loads="else if(/^(1[49]|5)$/.test(t)){var a=1}")) == {}


def test_where_the_names_begin() -> None:
    """Where the runtime says, below its own folder, or above that."""
    assert sorted(loaded(runtime(NAMED, base=OWN), at="/shop/main.js")) == FILES
    assert sorted(loaded(runtime(NAMED, base=f'{OWN}+"../"'), at="/shop/js/main.js")) == FILES
    assert "/js/144.96fc77d3.js" in loaded(runtime(NAMED, base='r.p=""'), at="/js/main.js")


@pytest.mark.parametrize(
    "base", ['r.p="https://cdn.example.org/"', 'r.p="/other/"', f"{OWN};n.p=window.cdn", "r.p=cdn"]
)
def test_files_that_may_lie_elsewhere_are_left_out(base: str) -> None:
    """The runtime does not lie there, or another statement may say where they are."""
    assert loaded(runtime(NAMED, base=base)) == {}


@pytest.mark.parametrize(
    "library",
    [
        'n.o=function(e,t){return has(e,t)},n.p="",n(n.s=0)}([function(){}]);',
        't.c=n,t.p="/dist/",t(0)}([]);',
        "__webpack_require__.p = '';\n/******/\n/******/ // Load it\n"
        "/******/ return __webpack_require__(__webpack_require__.s = 0);",
    ],
)
def test_a_library_that_was_built_before(library: str) -> None:
    """Its own runtime says nothing of the build that it stands in."""
    assert sorted(loaded(library + runtime(NAMED))) == FILES
    assert loaded(library) == {}


def test_names_without_a_hash_are_left_out() -> None:
    """Whoever copied one file of a library may do without the rest of it."""
    assert loaded(runtime('e=>"js/"+{1:"editor",2:"decade"}[e]+".js"')) == {}


def test_scripts_that_are_modules() -> None:
    """The runtime imports them."""
    known: list[webpack_chunks.Chunks] = []
    text = runtime(NAMED) + ';import("./"+r.u(e))'
    url = f"{HOST}/shop/main.js"
    links = webpack_chunks.links("text/javascript", url, url, text.encode(), known)
    assert {link.type for link in links} == {"module"}


@pytest.mark.parametrize(
    "function", ["e=>load(e)", "e=>e+", 'e=>"a"+(' * 2000, "e=>{}", 'e=>"\\n"']
)
def test_a_function_that_is_not_read(function: str) -> None:
    """It does more than to join strings, or is hostile."""
    assert names(f"r.u={function};", "u") == {}


def test_the_hash_of_the_whole_build() -> None:
    """Another function returns it."""
    script = 'r.u=e=>(594===e?"about":e)+"."+r.h()+".js",r.h=()=>"8ebaebde7753c6f2"'
    assert names(script, "u") == {
        "594": "about.8ebaebde7753c6f2.js",
        ANY: f"{ANY}.8ebaebde7753c6f2.js",
    }
