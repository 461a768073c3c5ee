"""A caller that does everything right, observed on the way into a simulator."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from http import HTTPStatus
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from drs_client import DrsClient, RepairWorkflow, RequestRejected, Unreachable, wsgi_transport
from drs_contracts.driver.messages import Reply
from drs_contracts.traffic.calls import Call, Traffic
from drs_simulator import Simulator
from requests import ConnectionError as ConnectionBroken
from werkzeug.test import Client
from werkzeug.wrappers import Request, Response

CLOCK = "fixed@2021-10-22T12:20:59.555+01:00"
PLACE, CODE, PRIORITY = "3670010", "N373049", "Priority 20 Days"


class Observer:
    """A WSGI application that passes calls on and keeps them. ``breaks`` says which answers get lost on their way."""

    def __init__(self, application: WSGIApplication, now: Callable[[], datetime]) -> None:
        self.calls: list[Call] = []
        self.breaks: set[str] = set()
        self._inner = Client(application)
        self._now = now

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        sent = request.get_data()
        answer = self._inner.open(
            request.full_path, method=request.method, data=sent, content_type=request.content_type
        )
        reply = Reply(answer.status_code, answer.content_type, answer.data)
        if request.method == "POST":
            call = Call(f"call {len(self.calls) + 1}", sent, reply, request.content_type or "", self._now(), 0.9)
            if call.operation in self.breaks:
                self.breaks.remove(call.operation)
                self.calls.append(Call(call.name, sent, Reply(0, "", b""), call.content_type, call.started, 30.0))
                raise ConnectionBroken("the connection broke")
            self.calls.append(call)
        return Response(reply.body, reply.status, content_type=reply.content_type)(environ, start_response)


def observed_workflow() -> Traffic:
    """Find (over the cap), book, lose an answer, move, cancel, correct a priority, outlive midnight."""
    drs = Simulator("lincoln", clock=CLOCK, seed=1)
    observer = Observer(drs.wsgi, drs.clock.now)
    client = DrsClient(f"http://drs{drs.path}", drs.login, drs.password, transport=wsgi_transport(observer))
    repairs = RepairWorkflow(client, now=drs.clock.now)
    with repairs:
        slots = repairs.find_slots(PLACE, CODE, PRIORITY, days=9, period_days=10).slots
        repairs.book("10000047", slots[0], PLACE, CODE, PRIORITY, comments="Cupboard door is loose")
        observer.breaks.add("createOrder")
        try:
            repairs.book("10000048", slots[-1], PLACE, CODE, PRIORITY)
        except Unreachable:
            raise AssertionError("the client should look the order up") from None
        repairs.move("10000047", slots[-2])
        try:
            client.check_availability(PLACE, CODE, "priority 20 days", slots[0].begin, slots[0].end)
        except RequestRejected:
            client.check_availability(PLACE, CODE, PRIORITY, slots[0].begin, slots[0].end)
        drs.clock.shift(timedelta(days=1))
        repairs.cancel("10000047")
    assert {call.reply.status for call in observer.calls} <= {0, HTTPStatus.OK}
    return Traffic("a workflow", tuple(observer.calls))
