"""Real receivers on this machine: a mail server and a text-message gateway, and the people who are told."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pytest_django.fixtures import Settings

from lastmeter.accounts.models import User

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
GATEWAY_KEY = "shared with the gateway"


@pytest.fixture
def now() -> datetime:
    """2026-11-24 12:00 in China, no quiet hour."""
    return NOON


@pytest.fixture
def person(db: None) -> Callable[..., User]:
    def make(username: str = "lin", email: str = "") -> User:
        return User.objects.create(username=username, name="林一舟", email=email)

    return make


class MailServer(socketserver.ThreadingTCPServer):
    """Just enough SMTP. `refuses` maps a recipient to the reply it gets instead of 250."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _MailSession)
        self.letters: list[bytes] = []
        self.refuses: dict[str, str] = {}


class _MailSession(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self._say("220 test")
        while line := self.rfile.readline().decode().strip():
            match line[:4].upper():
                case "RCPT":
                    self._say(self.server.refuses.get(line.partition("<")[2].partition(">")[0], "250 ok"))
                case "DATA":
                    self._say("354 go on")
                    letter = b""
                    while not letter.endswith(b"\r\n.\r\n"):
                        letter += self.rfile.readline()
                    self.server.letters.append(letter)
                    self._say("250 ok")
                case "QUIT":
                    self._say("221 bye")
                    return
                case _:
                    self._say("250 ok")

    def _say(self, reply: str) -> None:
        self.wfile.write(reply.encode() + b"\r\n")


@pytest.fixture
def mail_server(settings: Settings) -> Iterator[MailServer]:
    with MailServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address[:2]
        yield server
        server.shutdown()


class Gateway(ThreadingHTTPServer):
    """Takes messages, answers `status`; while `let_go` is not set it says nothing at all."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _GatewaySession)
        self.bodies: list[bytes] = []
        self.signatures: list[str] = []
        self.status = 200
        self.asked, self.let_go = threading.Event(), threading.Event()
        self.let_go.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/send"


class _GatewaySession(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.set()
        if not self.server.let_go.wait(30):
            return
        if self.server.status == 200:
            self.server.bodies.append(body)
            self.server.signatures.append(self.headers["X-LastMeter-Signature"])
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Tests are quiet."""


@pytest.fixture
def gateway(settings: Settings) -> Iterator[Gateway]:
    with Gateway() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.SMS_GATEWAY, settings.SMS_KEY = server.url, GATEWAY_KEY
        yield server
        server.let_go.set()
        server.shutdown()
