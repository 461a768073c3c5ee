"""A simulator with something to see: orders booked, a call that went wrong, text that would like to be markup."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from drs_client import DrsClient, RepairWorkflow, wsgi_transport
from drs_simulator import Simulator
from werkzeug.test import Client

from tests.simulator.soap.wire import call

SCRIPT = "<script>document.title = 'taken over'</script>"
FIRST_BOOKING = 149996
FIRST_ORDER = "10000047"
HOST = "http://localhost"


@dataclass(frozen=True)
class Stage:
    drs: Simulator
    http: Client

    def get(self, path: str) -> str:
        answer = self.http.get(path, headers={"Accept": "text/html"})
        assert answer.status_code == 200, answer.text
        return answer.text

    def post(self, path: str, **form: str) -> tuple[int, str, str]:
        """Send a form from a page of the console: status, place that it sends the browser to, text."""
        answer = self.http.post(path, data=form, headers={"Origin": HOST})
        return answer.status_code, answer.headers.get("Location", ""), answer.text


def called_from_here(application: WSGIApplication) -> WSGIApplication:
    """The application, called without a socket as if by a process of this machine."""

    def call_locally(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return application({"REMOTE_ADDR": "127.0.0.1", **environ}, start_response)

    return call_locally


@contextmanager
def stage(profile: str = "lincoln", **settings: object) -> Iterator[Stage]:
    """The simulator, its first order booked for Monday 25 October 2021, eight in the morning."""
    drs = Simulator(profile, clock="fixed@2021-10-22T12:20:59", seed=1, **settings)  # type: ignore[arg-type]
    address = f"http://drs{drs.path}"
    with DrsClient(address, drs.login, drs.password, transport=wsgi_transport(drs.wsgi)) as client:
        repairs = RepairWorkflow(client, now=drs.clock.now)
        with repairs:
            if profile == "lincoln":
                for number in range(int(FIRST_ORDER), int(FIRST_ORDER) + 3):
                    found = repairs.find_slots("3670010", "N373049", "Priority 20 Days", days=5)
                    place, code, priority = "3670010", "N373049", "Priority 20 Days"
                    repairs.book(str(number), found.slots[0], place, code, priority, comments=SCRIPT)
    http = Client(called_from_here(drs.wsgi))
    wrong = call("createOrder", f"<theOrder><locationId>{SCRIPT.replace('<', '&lt;')}</locationId></theOrder>")
    http.post(drs.path, data=wrong, content_type="text/xml")
    yield Stage(drs, http)
