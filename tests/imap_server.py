"""A small IMAP server (RFC 3501) on this machine: what ARC's drafts need of one, and no more."""

from __future__ import annotations

import base64
import contextlib
import re
import socket
import socketserver
from collections.abc import Callable
from typing import Any

from tests.mail_servers import PASSWORD, TOKEN, USER, Answer, Cut, Fault, certificate
from tests.serving import Served

#: Where a conversation can go wrong; "taken" is after the draft was put away and before that is said.
IMAP_STAGES = ("banner", "STARTTLS", "AUTHENTICATE", "LIST", "EXAMINE", "SEARCH", "APPEND", "text", "taken")


class _Gone(Exception):
    """The line is to end."""


class ImapServer(Served):
    """The mailboxes are in `folders`, by the name as it goes over the line, without quotation marks."""

    def __init__(self, security: str = "tls", *, certificate_kind: str = "good") -> None:
        self.folders: dict[str, list[bytes]] = {"INBOX": [], "Drafts": [], "Sent": []}
        self.flags: dict[str, str] = {"INBOX": "", "Drafts": r"\Drafts", "Sent": r"\Sent"}
        self.faults: dict[str, Fault] = {}
        self.commands: list[str] = []
        self.capabilities = "IMAP4rev1 SPECIAL-USE AUTH=PLAIN AUTH=XOAUTH2"
        self.tokens = {TOKEN}
        self.greeting = "* OK ready"
        self.security = security
        self.tls = certificate(certificate_kind)
        tcp = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _handler(self))
        tcp.daemon_threads = False
        self.port: int = tcp.server_address[1]
        super().__init__(tcp)


def _handler(server: ImapServer) -> type[socketserver.BaseRequestHandler]:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.settimeout(20)
            self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with contextlib.suppress(_Gone, OSError):  # the client went, or is meant to think so
                _Talk(server, self.request).go_on()

    return Handler


class _Talk:
    """One conversation."""

    def __init__(self, server: ImapServer, line: Any) -> None:
        self.server, self.line, self.folder = server, line, ""
        if server.security == "tls":
            self.line = server.tls.wrap_socket(line, server_side=True)
        self.file = self.line.makefile("rb")
        self.secure = server.security == "tls"

    def go_on(self) -> None:
        try:
            self.step("banner", lambda: self.say(self.server.greeting))
            while line := self.file.readline():
                tag, command, *rest = line.decode().rstrip("\r\n").split(" ", 2)
                self.server.commands.append(command)
                answer: Callable[[str, str], None] = getattr(self, f"do_{command.lower()}", self.unknown)
                self.tag = tag
                self.step(command, lambda: answer(tag, rest[0] if rest else ""))  # noqa: B023 - at once
        finally:
            self.file.close()
            self.line.close()

    def step(self, stage: str, usual: Callable[[], None]) -> None:
        """Do what is usual, unless it goes wrong here."""
        match self.server.faults.get(stage):
            case None:
                usual()
            case Answer(text):
                self.say(text.replace("TAG", getattr(self, "tag", "*")))
            case Cut():
                raise _Gone
            case _:
                self.server.over.wait(20)
                raise _Gone

    def say(self, text: str) -> None:
        self.line.sendall(text.encode() + b"\r\n")

    def unknown(self, tag: str, _rest: str) -> None:
        self.say(f"{tag} BAD unknown command")

    def do_capability(self, tag: str, _rest: str) -> None:
        more = "" if self.secure else " STARTTLS"
        self.say(
            f"* CAPABILITY {self.server.capabilities}{more if self.server.security == 'starttls' else ''}"
        )
        self.say(f"{tag} OK done")

    def do_noop(self, tag: str, _rest: str) -> None:
        self.say(f"{tag} OK done")

    def do_starttls(self, tag: str, _rest: str) -> None:
        self.say(f"{tag} OK go on")
        self.file.close()
        self.line = self.server.tls.wrap_socket(self.line, server_side=True)
        self.file, self.secure = self.line.makefile("rb"), True

    def do_authenticate(self, tag: str, mechanism: str) -> None:
        self.say("+ ")
        said = base64.b64decode(self.file.readline()).decode()
        if mechanism == "XOAUTH2":
            known = any(said == f"user={USER}\x01auth=Bearer {token}\x01\x01" for token in self.server.tokens)
            if not known:
                self.say("+ " + base64.b64encode(b'{"status":"400"}').decode())
                assert self.file.readline() == b"\r\n"
        else:
            known = said == f"\0{USER}\0{PASSWORD}"
        self.say(
            f"{tag} OK hello"
            if known and self.secure
            else f"{tag} NO [AUTHENTICATIONFAILED] Invalid credentials"
        )

    def do_list(self, tag: str, rest: str) -> None:
        special = rest.startswith("(SPECIAL-USE)")
        for name, flags in self.server.flags.items():
            if special and not flags:
                continue
            if '"' in name:  # as a literal
                self.say(f'* LIST ({flags}) "/" {{{len(name)}}}\r\n{name}')
            else:
                shown = name if re.fullmatch(r"\w+", name) else f'"{name}"'
                self.say(f'* LIST ({flags}) "/" {shown}')
        self.say(f"{tag} OK done")

    def do_examine(self, tag: str, rest: str) -> None:
        self.folder = _unquoted(rest)
        if self.folder not in self.server.folders:
            self.say(f"{tag} NO no such mailbox")
            return
        self.say(f"* {len(self.server.folders[self.folder])} EXISTS")
        self.say(f"{tag} OK [READ-ONLY] done")

    def do_search(self, tag: str, rest: str) -> None:
        match = re.fullmatch(r'HEADER Message-ID "(.+)"', rest)
        assert match
        wanted = f"\r\nmessage-id: {match[1]}\r\n".encode()
        folder = self.server.folders[self.folder]
        found = [str(n) for n, content in enumerate(folder, 1) if wanted in b"\r\n" + content.lower()]
        self.say(" ".join(["* SEARCH", *found]))
        self.say(f"{tag} OK done")

    def do_append(self, tag: str, rest: str) -> None:
        match = re.fullmatch(r'("(?:[^"\\]|\\.)*"|\S+) \(([^)]*)\) "[^"]+" \{(\d+)\}', rest)
        assert match
        self.say("+ go on")
        if "text" in self.server.faults:
            self.file.read(10)
            self.step("text", lambda: None)
        content = self.file.read(int(match[3]))
        assert self.file.readline() == b"\r\n"
        self.server.folders[_unquoted(match[1])].append(content)
        self.step("taken", lambda: self.say(f"{tag} OK [APPENDUID 1 2] done"))

    def do_logout(self, tag: str, _rest: str) -> None:
        self.say(f"* BYE\r\n{tag} OK done")
        raise _Gone


def _unquoted(name: str) -> str:
    return re.sub(r"\\(.)", r"\1", name[1:-1]) if name.startswith('"') else name
