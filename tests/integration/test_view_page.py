"""The page of modelservice view, as its readers use it: in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.layered import arguments
from tests.cli.terminal import call, service, written
from tests.integration.browser import Browser, Keys, started

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
WRONG_PORT = "  patches: [{target: {kind: InferencePool}, patch: [{op: replace, path: /spec/targetPorts/0/number, value: 9999}]}]\n"
KINDS = ("base", "overlay", "preset", "profile", "modelservice", "layer", "set", "patch", "edit", "file", "kubernetes")
HOSTILE = "</script><script>document.title='run'</script><img src=x onerror=\"document.title='run'\"><b>&amp;"
PROBE = """\
const probe = document.createElement("i");
probe.className = arguments[0];
probe.style.color = `var(--${arguments[1]})`;
document.body.append(probe);
"""
LARGEST = 3_000_000  # bytes of a page of 50 services


@pytest.fixture(scope="module")
def browser(chromium: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Return a browser for all tests of this file."""
    with started(chromium, tmp_path_factory.mktemp("browser")) as found:
        yield found


@pytest.fixture(scope="module")
def layered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of a service that every kind of layer says something of."""
    folder = tmp_path_factory.mktemp("layered")
    return made(folder, *arguments(folder))


@pytest.fixture(scope="module")
def different(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of a difference: what restarts, what is refused, what comes and goes."""
    folder = tmp_path_factory.mktemp("different")
    old = service("a") + "  presets: [disruption-budget]\n"
    new = service("a").replace("replicas: 1", "replicas: 3").replace("engine:1.0", "engine:2.0") + "  presets: [network-policy]\n"
    return made(folder, written(folder, "new.yaml", new), "--against", written(folder, "old.yaml", old))


@pytest.fixture(scope="module")
def wrong(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the page of a service whose InferencePool sends to a port that no pod serves."""
    folder = tmp_path_factory.mktemp("wrong")
    text = service("a").replace("engine:1.0", "engine:latest") + "  routing: {inferencePool: {create: true}}\n" + WRONG_PORT
    return made(folder, written(folder, "a.yaml", text), code=1)


def made(folder: Path, *given: str, code: int = 0) -> Path:
    """Return the page that a call makes."""
    page = folder / "page.html"
    said = call("view", *given, "-o", str(page), "--quiet")
    assert said.code == code, said.stderr
    return page


def contrast(one: tuple[int, int, int], other: tuple[int, int, int]) -> float:
    """Return the contrast of two colours as WCAG 2 has it."""

    def light(colour: tuple[int, int, int]) -> float:
        parts = [part / 255 for part in colour]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((light(one), light(other)))
    return (high + 0.05) / (low + 0.05)


def is_red(colour: tuple[int, int, int]) -> bool:
    """Return whether a colour is a red."""
    red, green, blue = colour
    return red > 150 and red > green * 1.5 and red > blue * 1.5 and abs(green - blue) < 40  # which orange is not


def test_a_click_on_a_line_tells_its_story(browser: Browser, layered: Path) -> None:
    """Who set it, where, and what it replaced, down to the base; and what it was computed from."""
    browser.open(layered)
    assert browser.text("#main h1") == "Deployment llama-decode"
    browser.line("replicas:").click()
    story = browser.text("#story")
    set_by, _, replaced = story.partition("It replaced")
    assert "spec.replicas" in set_by
    assert "layer.yaml:1:10" in set_by
    assert [one.text for one in browser.all("#story .chip")] == ["layer", "modelservice", "profile", "profile", "base"]
    assert "llama.yaml:15:5" in replaced
    assert "bases/deployment.yaml:" in replaced
    assert [one.text for one in browser.all("#story del")] == ["2", "3", "1", "1"]


def test_a_story_leads_to_the_line_of_a_file(browser: Browser, layered: Path) -> None:
    """A user's file or one of ours, with the line that says it; and back."""
    browser.open(layered)
    browser.line("replicas:").click()
    browser.one("#story .step a").click()
    browser.until_shown("layer.yaml")
    assert browser.text("#main li.here pre") == "decode: {replicas: 4}"
    browser.driver.back()
    browser.until_shown("Deployment llama-decode")
    assert browser.text("#story .path") == "spec.replicas"
    browser.all("#story .step a")[-1].click()
    browser.until_shown("bases/deployment.yaml")
    assert browser.text("#main li.here pre").strip().startswith("replicas:")


def test_the_mouse_over_a_line_tells_its_story(browser: Browser, layered: Path) -> None:
    """For as long as it is there; then the line that was chosen is told again."""
    browser.open(layered)
    browser.line("replicas:").click()
    browser.point_at(browser.line("hostNetwork:"))
    assert browser.text("#story .path") == "spec.template.spec.hostNetwork"
    browser.point_at(browser.one(".brand"))
    assert browser.text("#story .path") == "spec.replicas"


def test_by_keyboard(browser: Browser, layered: Path) -> None:
    """Through the lines with arrows, to where one was set with Enter, back with Escape, to other objects with brackets."""
    browser.open(layered)
    browser.one("#main .legend button:last-child").click()
    browser.press(Keys.TAB)
    browser.press(Keys.HOME)
    assert browser.text("#story .path") == "apiVersion"
    browser.press(Keys.ARROW_DOWN)
    assert browser.text("#story .path") == "kind"
    assert browser.text('#main [aria-selected="true"] pre') == "kind: Deployment"
    browser.press(Keys.ARROW_UP, Keys.END)
    last = browser.run("return document.activeElement === document.querySelector('#main .yaml').lastElementChild")
    assert last
    browser.press(Keys.HOME, Keys.ENTER)
    assert browser.run("return document.activeElement.closest('#story') !== null")
    browser.press(Keys.ESCAPE)
    assert browser.run("return document.activeElement.textContent").endswith("apiVersion: apps/v1")
    browser.press("]")
    browser.until("!document.querySelector('#main h1').textContent.startsWith('Deployment')")
    browser.press("[")
    browser.until_shown("Deployment llama-decode")
    browser.press("?")
    assert "through the lines" in browser.text("#keys")
    browser.press(Keys.ESCAPE)
    assert not browser.run("return document.getElementById('keys').open")


def test_search_by_keyboard(browser: Browser, layered: Path) -> None:
    """A slash, a word of a line, a field or a layer; down to what was found, Enter to see it, Escape to leave."""
    browser.open(layered)
    browser.press("/")
    browser.press("nosuchword")
    assert browser.text('[role="status"]') == "0 lines"
    browser.run("document.getElementById('search').value = ''")
    browser.press("terminationMessagePath")
    assert browser.text('[role="status"]') == "1 line"
    browser.press(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ENTER)
    browser.until("document.querySelector('#main [aria-selected=true]')")
    assert browser.text('#main [aria-selected="true"] pre').strip() == "terminationMessagePath: /x"
    assert browser.text("#story .path").endswith("terminationMessagePath")
    browser.press("/")
    browser.press("preset own-preset")
    assert "LEVEL" in browser.text("#main")
    browser.press(Keys.ESCAPE)
    assert browser.text("#main h1") == "Deployment llama-decode"


def test_a_graph_by_keyboard(browser: Browser, layered: Path) -> None:
    """Each box of an object can have the focus, and Enter shows the object; the box is marked then."""
    browser.open(layered)
    browser.run("document.querySelector('.node[data-key=\"InferencePool/default/llama\"]').focus()")
    browser.press(Keys.ENTER)
    browser.until_shown("InferencePool llama")
    assert browser.one(".node.selected").get_attribute("data-key") == "InferencePool/default/llama"
    assert browser.one(".node.absent").get_attribute("tabindex") is None


def test_the_lines_of_one_layer(browser: Browser, layered: Path) -> None:
    """A button of the legend leaves the others pale; the same once more shows all."""
    browser.open(layered)
    browser.one("#main .legend .of-preset").click()
    shown = {item.get_attribute("class") for item in browser.all("#main .yaml.only .shown")}
    assert shown == {"told of-preset shown"}
    browser.one("#main .legend .of-preset").click()
    assert not browser.all("#main .yaml.only")


def test_every_line_has_the_colour_of_its_layer(browser: Browser, layered: Path) -> None:
    """The bar at its side and the name beside it."""
    browser.open(layered)
    for kind in ("base", "profile", "layer", "patch"):
        line = f"#main .told.of-{kind}"
        assert browser.colour(f"{line} .bar", "backgroundColor") == browser.colour(f"#main .legend .of-{kind}")


@pytest.mark.parametrize("dark", [False, True])
def test_dark_and_light(browser: Browser, layered: Path, dark: bool) -> None:
    """As the system has it; every text has enough contrast, in the colour of every layer, and red is none of these."""
    browser.open(layered, dark=dark)
    ground = browser.colour("body", "backgroundColor")
    assert (sum(ground) < 200) is dark
    for kind in KINDS:
        browser.run(PROBE, f"probe of-{kind}", "layer")
    colours = {kind: browser.colour(f".probe.of-{kind}") for kind in KINDS}
    for name in ("text", "quiet", "link", "wrong", "warning", "info", "come"):
        browser.run(PROBE, f"p-{name}", name)
        colours[name] = browser.colour(f".p-{name}")
    assert {name: round(found, 1) for name, colour in colours.items() if (found := contrast(colour, ground)) < 4.5} == {}
    assert [name for name, colour in colours.items() if is_red(colour)] == ["wrong"]
    assert len({colours[kind] for kind in KINDS}) == len(KINDS)
    assert contrast(browser.colour(".picture .name", "fill"), browser.colour(".picture .node rect", "fill")) >= 4.5


def test_the_colours_can_be_chosen(browser: Browser, layered: Path) -> None:
    """By a button or a key; the choice is kept."""
    browser.open(layered)
    assert browser.text("#theme") == "Auto"
    browser.one("#theme").click()
    assert (browser.text("#theme"), sum(browser.colour("body", "backgroundColor")) < 200) == ("Dark", True)
    assert sum(browser.colour(".picture .name", "fill")) > 500
    browser.driver.refresh()
    assert (browser.text("#theme"), sum(browser.colour("body", "backgroundColor")) < 200) == ("Dark", True)
    browser.press("t")
    assert (browser.text("#theme"), sum(browser.colour("body", "backgroundColor")) > 600) == ("Light", True)
    browser.press("t")
    assert browser.text("#theme") == "Auto"


def test_what_does_not_line_up_is_red(browser: Browser, wrong: Path) -> None:
    """Box, line and message of the graph, the line of the object, and its result, which leads there."""
    browser.open(wrong)
    assert browser.text("#main h1") == "Results"
    assert is_red(browser.colour("#main .card.error", "borderLeftColor"))
    assert not browser.all("#graph *")
    browser.driver.find_element("link text", "InferencePool a").click()
    browser.until_shown("InferencePool a")
    assert is_red(browser.colour(".link.wrong .line", "stroke"))
    assert is_red(browser.colour(".node.wrong .kind", "fill"))
    assert browser.one(".node.wrong").get_attribute("data-key") == "InferencePool/default/a"
    assert is_red(browser.colour("#graph .problems"))
    assert "is 9999" in browser.text("#graph .problems")
    assert browser.text("#main .yaml .error pre").strip() == "- number: 9999"
    assert is_red(browser.colour("#main .yaml .error .beside"))
    assert "the pods of Deployment a-decode serve" in browser.text("#main .yaml .beside.error")
    assert "This is what would be" in browser.text("#main .card.error")
    browser.open(wrong, "#object/1")
    assert not is_red(browser.colour('.node[data-key="ServiceAccount/default/a"] .kind', "fill"))


def test_results_lead_to_the_line_of_the_file(browser: Browser, wrong: Path) -> None:
    """Where the message stands under the line."""
    browser.open(wrong)
    warning = [card for card in browser.all("#main .card.warning") if "check image-tag" in card.text]
    warning[0].find_element("css selector", ".where a").click()
    browser.until_shown("a.yaml")
    here = browser.text("#main li.here")
    assert "image: registry.example/engine:latest" in here
    assert "warning: spec.decode.containers[0].image:" in here


def test_a_difference(browser: Browser, different: Path) -> None:
    """By object: what differs, what that does; what is created and deleted; and each leads to the line."""
    browser.open(different)
    assert browser.text("#main h1") == "Difference"
    cards = {card.find_element("css selector", "b").text: card.text for card in browser.all("#main article")}
    assert cards["Deployment a-decode"].startswith("changed Deployment a-decode\npods restart")
    assert "replicas 1 -> 3" in cards["Deployment a-decode"]
    assert "registry.example/engine:1.0 -> registry.example/engine:2.0" in cards["Deployment a-decode"]
    assert cards["NetworkPolicy a-decode"].startswith("created")
    assert cards["PodDisruptionBudget a-decode"].startswith("deleted")
    marks = {item.text.split("\n")[0]: item.find_elements("css selector", ".mark") for item in browser.all("#objects li")}
    assert [marks[kind][0].text for kind in ("Deployment", "NetworkPolicy")] == ["~", "+"]
    browser.driver.find_element("partial link text", "spec.replicas").click()
    browser.until("document.querySelector('#main [aria-selected=true]')")
    assert "changed: 1 -> 3" in browser.text('#main [aria-selected="true"]')
    assert "1 -> 3" in browser.text("#story")


def test_nothing_is_asked_for_and_nothing_complained_of(browser: Browser, layered: Path, different: Path, wrong: Path) -> None:
    """In all views of all pages; and the policy lets no other script run."""
    for page, places in (
        (layered, ("", "#file/0/1", "#search/a")),
        (different, ("", "#results", "#object/1/3")),
        (wrong, ("", "#object/2", "#nonsense/x")),
    ):
        for place in places:
            browser.open(page, place)
            browser.one("#main h1")
            assert browser.asked_for() == set()
            assert browser.complaints() == []
    browser.run("const s = document.createElement('script'); s.textContent = 'document.title = 1'; document.body.append(s)")
    assert browser.driver.title != "1"
    assert "violates the following Content Security Policy" in browser.complaints()[0]


def test_hostile_texts_stay_texts(browser: Browser, tmp_path: Path) -> None:
    """Names, values, keys, files and messages that look like markup are shown as they are, and none of it runs."""
    quoted = "'" + HOSTILE.replace("'", "''") + "'"
    text = f"""\
apiVersion: v1
kind: Service
metadata: {{name: {quoted}, annotations: {{{quoted}: {quoted}}}}}
spec: {{selector: {{a: b}}, ports: [{{port: 80, name: {quoted}}}]}}
---
apiVersion: v1
kind: {quoted}
metadata: {{name: x}}
data: {{{quoted}: "{HOSTILE.replace('"', chr(92) + '"')}\\n\\u2028\\u202e two", b: [{quoted}]}}
---
{service("a").replace("# A model.", "")}  engine: {{env: {{X: {quoted}}}}}
"""
    folder = tmp_path / "<b>x&quot;"
    folder.mkdir()
    page = tmp_path / "page.html"
    call(
        "view",
        written(folder, "a<img>.yaml", text),
        "-o",
        str(page),
        "--against",
        written(tmp_path, "old.yaml", text.replace("two", "one")),
    )
    for place in ("#object/0", "#object/1", "#object/2", "#object/3", "#results", "#difference", "#file/0/3", "#search/script"):
        browser.open(page, place)
        browser.one("#main h1")
        assert "run" not in browser.driver.title.split()
        assert browser.complaints() == []
        assert len(browser.all("script")) == 2
        assert browser.all("img, #main script, b b") == []
    hostile = browser.run("return objects.findIndex((one) => one.name === arguments[0])", HOSTILE)
    browser.open(page, f"#object/{hostile}")
    assert HOSTILE in browser.text("#main h1")
    assert HOSTILE in browser.text("#main .yaml")
    assert HOSTILE in browser.run("return document.querySelector('.picture').textContent")


def test_a_narrow_screen(browser: Browser, layered: Path) -> None:
    """Nothing is wider than the screen; the story of a line comes over the page, and goes with its cross."""
    browser.open(layered, "#object/3", width=400)
    assert browser.run("return document.documentElement.scrollWidth <= innerWidth")
    assert not browser.one("#story").is_displayed()
    browser.run("arguments[0].scrollIntoView({block: 'start'})", browser.line("kind:"))
    browser.line("kind:").click()
    assert browser.one("#story").is_displayed()
    browser.one("#story .close").click()
    assert not browser.one("#story").is_displayed()


def test_print(browser: Browser, different: Path) -> None:
    """On paper are the difference, the graph and all objects of the service, with who set each line; no buttons."""
    browser.open(different)
    browser.run("dispatchEvent(new Event('beforeprint'))")
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert not browser.one("#objects").is_displayed()
    printed = browser.text("#print")
    assert "Deployment a-decode" in printed
    assert "base deployment.yaml" in printed
    assert browser.one("#print svg").is_displayed()
    browser.run("dispatchEvent(new Event('afterprint'))")
    assert not browser.all("#print *")
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_fifty_services(browser: Browser, tmp_path: Path) -> None:
    """Under 3 MB, drawn one object at a time, each service with its own graph; search goes over all."""
    text = (EXAMPLES / "vllm-pd" / "modelservice.yaml").read_text(encoding="utf-8")
    folder = tmp_path / "models"
    folder.mkdir()
    for number in range(50):
        written(folder, f"{number:02}.yaml", text.replace("gpt-oss-120b", f"model-{number:02}"))
    page = made(tmp_path, str(folder))
    assert page.stat().st_size < LARGEST
    browser.open(page)
    assert len(browser.all("#objects details")) == 52
    assert len(browser.all(".picture svg")) == 1
    assert len(browser.all("#main li")) < 200
    browser.press("/")
    browser.press("model-42-prefill")
    browser.press(Keys.ARROW_DOWN, Keys.ENTER)
    browser.until_shown("Deployment model-42-prefill")
    assert "model-42" in browser.text("#graph summary")
    assert browser.run("return document.querySelector('#objects a[aria-current]').getBoundingClientRect().top < innerHeight")
    assert (browser.asked_for(), browser.complaints()) == (set(), [])
