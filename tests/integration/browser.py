"""A page in the chromium of the machine: what a reader sees of it, does with it, and what it asks for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

ARGUMENTS = ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--window-size=1400,900")
SECONDS = 30  # to wait for what must come; a busy machine is slow

DRAWN = """\
const drawn = document.createElement("canvas").getContext("2d");
drawn.fillStyle = getComputedStyle(arguments[0])[arguments[1]];
drawn.fillRect(0, 0, 1, 1);
return [...drawn.getImageData(0, 0, 1, 1).data].slice(0, 3);
"""


class Browser:
    """One browser, with the page that it shows."""

    def __init__(self, driver: Chrome) -> None:
        self.driver = driver

    def open(self, page: Path, place: str = "", *, dark: bool = False, width: int = 1400) -> None:
        """Show a page, as new; what earlier ones asked for is forgotten."""
        scheme = [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": scheme})
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        self.driver.get("about:blank")
        self._log("performance")
        self._log("browser")
        self.driver.get(f"{page.as_uri()}{place}")
        self.run("try { localStorage.clear() } catch { }")

    def _log(self, name: str) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.driver.get_log(name)  # type: ignore[no-untyped-call]
        return entries

    def run(self, script: str, *arguments: Any) -> Any:
        """Return what a script returns."""
        return self.driver.execute_script(script, *arguments)

    def one(self, selector: str) -> WebElement:
        """Return the first element, once it is there."""
        WebDriverWait(self.driver, SECONDS).until(lambda _: self.all(selector), f"there is no {selector}")
        return self.all(selector)[0]

    def all(self, selector: str) -> list[WebElement]:
        """Return the elements that are there."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        """Return what a reader reads in an element."""
        return self.one(selector).text

    def line(self, beginning: str) -> WebElement:
        """Return the first line of the YAML that is shown that begins so."""
        found = [item for item in self.all("#main .yaml li") if item.find_element(By.TAG_NAME, "pre").text.strip().startswith(beginning)]
        assert found, f"no line begins with {beginning}"
        return found[0]

    def press(self, *keys: str) -> None:
        """Press keys where the focus is."""
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)

    def point_at(self, element: WebElement) -> None:
        """Move the mouse to an element, which comes into sight."""
        self.run("arguments[0].scrollIntoView({block: 'center'})", element)
        ActionChains(self.driver).move_to_element(element).move_by_offset(3, 1).perform()

    def until(self, script: str) -> None:
        """Wait until a script returns something true."""
        WebDriverWait(self.driver, SECONDS).until(lambda _: self.run(f"return {script}"), script)

    def until_shown(self, heading: str) -> None:
        """Wait until the page shows what has this heading, or one that ends so: what a link leads to comes a moment later."""
        shown = "document.querySelector('#main h1')?.textContent.endsWith(arguments[0])"
        WebDriverWait(self.driver, SECONDS).until(lambda _: self.run(f"return {shown}", heading), f"{heading} is not shown")

    def colour(self, selector: str, name: str = "color") -> tuple[int, int, int]:
        """Return the red, green and blue of an element's style."""
        red, green, blue = self.run(DRAWN, self.one(selector), name)
        return red, green, blue

    def asked_for(self) -> set[str]:
        """Return the schemes and addresses of everything that the page has asked for, save its own file."""
        events = [json.loads(entry["message"])["message"] for entry in self._log("performance")]
        asked = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
        assert asked, "nothing is recorded"
        return {url[:80] for url in asked[1:] if urlsplit(url).scheme != "data"}

    def complaints(self) -> list[str]:
        """Return what the console says."""
        return [entry["message"] for entry in self._log("browser")]


@contextmanager
def started(chromium: tuple[str, str], folder: Path) -> Iterator[Browser]:
    """Run a browser that keeps what it keeps in ``folder``."""
    options = Options()
    options.binary_location = chromium[0]
    for argument in (*ARGUMENTS, f"--user-data-dir={folder}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = Chrome(options=options, service=Service(chromium[1]))
    try:
        yield Browser(driver)
    finally:
        driver.quit()


__all__ = ["Browser", "Keys", "started"]
