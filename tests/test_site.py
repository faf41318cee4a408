"""The built site in a browser: every page opens without an error, a failed or an outside request.

The site is built once, or taken from the folder in SHEFFER_SITE. Chromium and its driver are those
of the system (Debian: chromium, chromium-driver); without them the tests are skipped, except where
CI is set: there a missing browser is a failure.
"""

from __future__ import annotations

import functools
import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import pytest

from tests.support.documentation import ROOT
from theory import catalogue
from theory.turing.machine import ones, run, tape_text
from theory.turing.texts import read_bbchallenge

pytestmark = pytest.mark.slow

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
PHONE, DESKTOP = (390, 844), (1280, 900)
MACHINES = (
    "1RB1LB_1LA1RZ",
    "1RB1RZ_1LB0RC_1LC1LA",
    "1RB1LB_1LA0LC_1RZ1LD_1RD0RA",
    "1RB2LB1RZ_2LA2RB1LB",
    "1RB0LA_0LB---",
    "1RB1RB_1LA1LA",
)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the built site."""
    given = os.environ.get("SHEFFER_SITE")
    if given:
        return (ROOT / given).resolve()
    pytest.importorskip("mkdocs")
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing about it."""

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Where the site is served, with a / at its end."""
    with served(site) as found:
        yield found


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a folder's files, with a / at its end."""
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def missing(what: str) -> None:
    """Skips, or where CI is set, fails."""
    message = f"{what} is not installed"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A headless Chromium that records its console and its requests."""
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if program is None or driver is None:
        missing("Chromium or its driver")
    try:
        from selenium import webdriver
    except ImportError:
        missing("selenium")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    service = webdriver.ChromeService(executable_path=driver)
    opened = webdriver.Chrome(options=options, service=service)
    opened.set_script_timeout(30)
    try:
        yield opened
    finally:
        opened.quit()


def pages(site: Path) -> list[str]:
    """The addresses of all pages below that of the site."""
    found = (path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    return sorted(name.removesuffix("index.html") for name in found if name != "404.html")


def resize(browser: Any, size: tuple[int, int]) -> None:
    width, height = size
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
    )


READY = """
const done = arguments[arguments.length - 1];
const images = [...document.images].map((image) => {
  image.loading = "eager";
  return image.decode().catch(() => {});
});
const math = () => !document.querySelector(".arithmatex") || document.documentElement.dataset.math;
const wait = (left) => (math() || !left ? Promise.all(images).then(() => done(Boolean(math())))
                                        : setTimeout(() => wait(left - 1), 50));
wait(200);
"""

FAULTS = """
const found = [];
for (const image of document.images) {
  if (!image.naturalWidth) found.push(`picture not shown: ${image.src}`);
  if (!image.alt && !image.closest("a.md-logo")) found.push(`no text alternative: ${image.src}`);
}
for (const drawn of document.querySelectorAll(".diagram svg"))
  if (!drawn.getAttribute("aria-label")) found.push("a drawing without a text alternative");
for (const math of document.querySelectorAll(".arithmatex"))
  if (!math.querySelector(".katex")) found.push(`not typeset: ${math.textContent}`);
for (const wrong of document.querySelectorAll(".katex-error"))
  found.push(`not understood: ${wrong.title}`);
for (const widget of document.querySelectorAll(".widget, .filter"))
  if (!widget.dataset.ready) found.push("a part that does not answer");
if (document.querySelectorAll("h1").length !== 1) found.push("not exactly one title");
return found;
"""

OVERFLOW = """
const wide = document.documentElement.scrollWidth - window.innerWidth;
if (wide <= 0) return [];
const content = [...document.querySelectorAll("article *")];
const culprit = content.find((e) => e.getBoundingClientRect().right > window.innerWidth + 1);
const shown = culprit ? culprit.outerHTML.slice(0, 120) : "";
return [`${wide} pixels too wide for ${window.innerWidth}: ${shown}`];
"""


def outside_or_failed(browser: Any, address: str) -> list[str]:
    """What the recorded requests did wrong."""
    found, ours = [], set()
    for entry in browser.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        method, data = message["method"], message["params"]
        if method == "Network.requestWillBeSent":
            # The browser's own first page asks for things too.
            if not data["documentURL"].startswith(address):
                continue
            ours.add(data["requestId"])
            url = data["request"]["url"]
            if not url.startswith((address, "data:", "blob:")):
                found.append(f"asks {url}")
        elif data.get("requestId") not in ours:
            continue
        elif method == "Network.responseReceived" and data["response"]["status"] >= 400:
            found.append(f"{data['response']['status']} for {data['response']['url']}")
        elif method == "Network.loadingFailed" and not data.get("canceled"):
            found.append(f"a request failed: {data.get('errorText')}")
    return found


def faults_of(browser: Any, address: str, page: str) -> list[str]:
    """What is wrong with a page, at the width of a desktop and of a phone."""
    resize(browser, DESKTOP)
    browser.get(address + page)
    found = [] if browser.execute_async_script(READY) else ["formulas are never typeset"]
    found += browser.execute_script(FAULTS) + browser.execute_script(OVERFLOW)
    resize(browser, PHONE)
    found += browser.execute_script(OVERFLOW)
    found += outside_or_failed(browser, address)
    found += [
        entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"
    ]
    return [f"{page or 'index'}: {fault}" for fault in found]


def test_every_page_opens_without_a_fault(browser: Any, site: Path, address: str) -> None:
    faults = [fault for page in pages(site) for fault in faults_of(browser, address, page)]
    assert not faults, "\n".join(faults)


FAULTY = """<!doctype html><title>Faults</title><article>
<p><img src="missing.png"><img src="http://127.0.0.1:9/outside.png" alt="Outside."></p>
<p style="width: 2000px">Too wide.</p>
<span class="arithmatex">\\(\\frac{1}\\)</span>
<div class="widget machine" data-machine="1RB"></div>
<a href="nowhere/">A link</a> <a href="#no-place">Another</a>
</article>
<script src="assets/math.js"></script>
<script>throw new Error("a fault of the program")</script>
"""


def test_faults_are_found(browser: Any, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(FAULTY, encoding="utf-8")
    shutil.copytree(ROOT / "docs" / "assets", tmp_path / "assets")
    with served(tmp_path) as address:
        found = "\n".join(faults_of(browser, address, ""))
    for fault in (
        "picture not shown",
        "no text alternative",
        "too wide for 390",
        "not understood",
        "does not answer",
        "not exactly one title",
        "asks http://127.0.0.1:9/outside.png",
        "404 for",
        "a fault of the program",
    ):
        assert fault in found
    links = "\n".join(link_faults(tmp_path))
    assert "loads http://127.0.0.1:9/outside.png" in links
    assert "nowhere/ leads nowhere" in links
    assert "missing.png leads nowhere" in links
    assert "#no-place has no such place" in links


class Links(HTMLParser):
    """The links of a page, what it loads, and its anchors."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.anchors = {"", "top"}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag in ("script", "img", "iframe", "source") and "src" in given:
            self.loaded.append(given["src"])
        # A canonical address or the next page is told, not loaded.
        if tag == "link" and given.get("rel") in ("stylesheet", "icon", "preload", "preconnect"):
            self.loaded.append(given["href"])


def test_pages_hold_what_was_executed(site: Path) -> None:
    home = (site / "index.html").read_text(encoding="utf-8")
    assert "OPTIMAL, recounted" in home
    for name in catalogue.names():
        page = (site / "catalogue" / name / "index.html").read_text(encoding="utf-8")
        # Complete and incomplete were accepted by the checker; unknown has nothing to accept.
        assert ("ACCEPTED" in page) != ('class="verdict unknown"' in page), name


def test_links_lead_somewhere(site: Path) -> None:
    faults = link_faults(site)
    assert not faults, "\n".join(faults)


def link_faults(site: Path) -> list[str]:
    """Links within the site that lead nowhere, and what is loaded from outside."""
    files = {page: site / page for page in pages(site)}
    read = {
        page: Links((path / "index.html" if path.is_dir() else path).read_text(encoding="utf-8"))
        for page, path in files.items()
    }
    faults = []
    base = "http://site/"
    for page, links in read.items():
        for link in links.loaded:
            if urlsplit(link).scheme not in ("", "data"):
                faults.append(f"{page}: loads {link}")
        for link in [*links.links, *links.loaded]:
            if urlsplit(link).scheme in ("http", "https", "mailto", "data"):
                continue
            target, anchor = urldefrag(urljoin(base + page, link))
            name = unquote(target.removeprefix(base))
            path = site / name
            if not (path.is_file() or (path / "index.html").is_file()):
                faults.append(f"{page}: {link} leads nowhere")
            elif name in read and unquote(anchor) not in read[name].anchors:
                faults.append(f"{page}: {link} has no such place")
    return faults


def test_the_machine_on_the_page_is_that_of_theory(browser: Any, address: str) -> None:
    browser.get(address + "how-to/turing/")
    for text in MACHINES:
        machine = read_bbchallenge(text)
        expected = run(machine, fuel=300)
        found = browser.execute_script("return Sheffer.machine.run(arguments[0], 300)", text)
        assert found == {
            "halted": expected.halted,
            "steps": expected.steps,
            "ones": ones(expected.configuration),
            "state": machine.states[expected.configuration.state],
            "tape": tape_text(machine, expected.configuration),
        }, text


def test_a_machine_is_stepped_by_keyboard(browser: Any, address: str) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import WebDriverWait

    resize(browser, PHONE)
    browser.get(address + "how-to/turing/")
    widget = browser.find_element(By.CSS_SELECTOR, ".widget.machine")
    text = widget.get_attribute("data-machine")
    machine = read_bbchallenge(text)
    buttons = {b.text: b for b in widget.find_elements(By.TAG_NAME, "button")}
    for steps in (1, 2, 3):
        buttons["Step"].send_keys(Keys.ENTER)
        expected = run(machine, fuel=steps)
        assert widget.get_attribute("data-steps") == str(steps)
        assert widget.get_attribute("data-tape") == tape_text(machine, expected.configuration)
    many = widget.find_element(By.TAG_NAME, "select")
    many.send_keys("100")
    buttons["Run"].send_keys(Keys.SPACE)
    WebDriverWait(browser, 20).until(lambda _: widget.get_attribute("data-halted") == "true")
    assert widget.get_attribute("data-steps") == str(run(machine).steps)
    assert widget.find_element(By.CSS_SELECTOR, ".status").text.startswith("HALT")
    buttons["Reset"].send_keys(Keys.ENTER)
    assert widget.get_attribute("data-steps") == "0"
    field = widget.find_element(By.CSS_SELECTOR, "input")
    field.clear()
    field.send_keys("1RB3LB_1LA1RZ", Keys.ENTER)
    problem = widget.find_element(By.CSS_SELECTOR, ".problem")
    assert problem.text == "state A, symbol 1: there is no symbol 3"


def test_the_layers_of_a_graph_are_walked(browser: Any, address: str) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    from solvers.exact.graph import behaviour_graph, shortest_frontier
    from solvers.suites import find_problem

    problem = find_problem("sorting-4")
    frontier = shortest_frontier(behaviour_graph(problem), problem.length)
    resize(browser, DESKTOP)
    browser.get(address + "results/frontiers/")
    widget = browser.find_element(By.CSS_SELECTOR, ".widget.layers")
    slider = widget.find_element(By.CSS_SELECTOR, "input[type=range]")
    for length, error in enumerate(frontier):
        assert widget.get_attribute("data-layer") == str(length)
        words = widget.find_element(By.TAG_NAME, "output").text
        assert words.endswith(f"least error so far {error}")
        # The best behaviour of a layer comes first and is the one chosen.
        assert widget.get_attribute("data-error") == str(error)
        slider.send_keys(Keys.ARROW_RIGHT)
    slider.send_keys(Keys.HOME)
    for step in range(1, 3):
        onward = widget.find_elements(By.CSS_SELECTOR, ".steps button")
        onward[0].send_keys(Keys.ENTER)
        assert widget.get_attribute("data-layer") == str(step)
        steps = widget.find_elements(By.CSS_SELECTOR, ".detail code")
        assert len(steps) == step


def test_the_league_is_filtered_and_sorted(browser: Any, address: str) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    resize(browser, DESKTOP)
    browser.get(address + "results/league/")
    place = browser.find_element(By.CSS_SELECTOR, ".filter")
    field = place.find_element(By.CSS_SELECTOR, "input[type=search]")

    def shown() -> list[list[str]]:
        rows = place.find_elements(By.CSS_SELECTOR, "tbody tr")
        return [[cell.text for cell in row.find_elements(By.TAG_NAME, "td")]
                for row in rows if row.is_displayed()]  # fmt: skip

    everything = shown()
    field.send_keys("genetic")
    assert 0 < len(shown()) < len(everything)
    assert all("genetic" in row for row in shown())
    assert place.find_element(By.TAG_NAME, "output").text.startswith(f"{len(shown())} of ")
    field.send_keys(Keys.CONTROL, "a", Keys.NULL, Keys.BACKSPACE)
    assert shown() == everything
    head = place.find_elements(By.CSS_SELECTOR, "thead th")[-1]
    head.find_element(By.TAG_NAME, "button").send_keys(Keys.ENTER)
    assert head.get_attribute("aria-sort") == "ascending"
    gaps = [float(row[-1]) for row in shown()]
    assert gaps == sorted(gaps)
    head.find_element(By.TAG_NAME, "button").send_keys(Keys.ENTER)
    assert [float(row[-1]) for row in shown()] == gaps[::-1] == sorted(gaps, reverse=True)


def test_both_schemes_can_be_chosen(browser: Any, address: str) -> None:
    browser.get(address)
    seen = set()
    for _ in range(2):
        script = "return document.body.getAttribute('data-md-color-scheme')"
        seen.add(browser.execute_script(script))
        browser.execute_script(
            "document.querySelector('[data-md-component=palette] label:not([hidden])').click()"
        )
    assert seen == {"default", "slate"}


def test_a_page_is_found_by_search(browser: Any, address: str) -> None:
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait

    resize(browser, DESKTOP)
    browser.get(address)
    field = browser.find_element(By.CSS_SELECTOR, ".md-search__input")
    field.send_keys("certificate")
    WebDriverWait(browser, 20).until(
        lambda _: browser.find_elements(By.CSS_SELECTOR, ".md-search-result__link")
    )
    assert not outside_or_failed(browser, address)
