#!/usr/bin/python3
"""A server that misbehaves as told, for the tests of alerts: HTTP, HTTPS and SMTP on free ports of 127.0.0.1.

Prints one line of JSON when ready (ports, the file of its certificate authority; the SMTP ports are null without aiosmtpd)
and ends when its standard input closes. The control requests go to the HTTP port:

POST /_script {"path": KEY, "steps": [STEP, ...], "last": "repeat"}
    Each exchange on KEY takes the next step. After the last one: that one again with "repeat", else the usual answer.
GET  /_log[?path=PATH]
    What came in, in order: {"time", "method", "path", "headers": [[name, value], ...], "body", "body_base64", "answered"},
    times in ns since 1970: when the head of the request had been read, and when the answer had been written (null: none).
GET  /_mails
    The mails stored: {"time", "from", "to", "data", "data_base64", "ehlo", "tls", "user"}.
POST /_reset
    Forgets scripts, log and mails.

HTTP and HTTPS: KEY is the path without its query. The usual answer is 200 with the body `ok`. Keys of a step, all optional:
    delay_headers, delay_body   seconds to wait before the status line, before the body
    drip                        seconds to wait after each byte of the body
    close                       before-read (of the body), after-read, after-headers (with the length of a whole body)
    status, headers, body       the answer; headers as {name: value}
    raw                         bytes to send in place of an answer (as Latin-1)
Whatever client certificate comes is ignored; `https_other` shows a certificate for another host.

SMTP: KEY is "smtp" for a whole connection from its greeting on, or "smtp/NAME" for one that says EHLO NAME; the latter counts
where both say something. `smtp` offers STARTTLS, then AUTH (USER, PASSWORD), and wants both; `smtps` is the same from the first byte;
`smtp_plain` offers neither. Usual replies; keys of a step, all optional:
    greeting, auth, mail, rcpt, data    a reply in place of the usual one ("550 5.1.1 no such user"); data: after the final dot
    delay_greeting, delay_mail, delay_rcpt, delay_data, delay_quit    seconds to wait before the reply
    close                               at-mail, at-rcpt, after-dot (once the mail is stored)
    no_starttls                         true: STARTTLS is not offered
"""
import asyncio
import base64
import http.server
import json
import logging
import os
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import warnings

try:
    from aiosmtpd.smtp import SMTP, AuthResult
except ImportError:
    SMTP = None

USER, PASSWORD = "tandem", "correct horse"


class Book:
    """Scripts, log and mails."""

    def __init__(self):
        self.lock = threading.Lock()
        self.reset()

    def reset(self):
        with self.lock:
            self.scripts, self.log, self.mails = {}, [], []

    def script(self, order):
        with self.lock:
            self.scripts[order["path"]] = (list(order["steps"]), order.get("last") == "repeat")

    def next_step(self, key):
        with self.lock:
            steps, repeats = self.scripts.get(key, ([], False))
            if not steps:
                return {}
            return steps[0] if repeats and len(steps) == 1 else steps.pop(0)

    def note(self, method, path, headers, body):
        entry = {
            "time": time.time_ns(), "method": method, "path": path, "headers": headers,
            "body": body.decode("utf-8", "replace"), "body_base64": base64.b64encode(body).decode(), "answered": None,
        }
        with self.lock:
            self.log.append(entry)
        return entry


book = Book()


# --- HTTP --------------------------------------------------------------------------------------------------------------


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    has_control = True

    def log_message(self, *arguments):
        pass

    def handle(self):
        try:
            super().handle()
        except (ConnectionError, TimeoutError, ssl.SSLError):
            pass

    def read_body(self):
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def answer(self, body, status=200, kind="application/json"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def control(self):
        path, _, query = self.path.partition("?")
        body = self.read_body()
        if (self.command, path) == ("POST", "/_script"):
            book.script(json.loads(body))
            self.answer(b"{}")
        elif (self.command, path) == ("POST", "/_reset"):
            book.reset()
            self.answer(b"{}")
        elif path in ("/_log", "/_mails"):
            with book.lock:
                found = list(book.log if path == "/_log" else book.mails)
            if query.startswith("path="):
                found = [entry for entry in found if entry["path"].partition("?")[0] == query[5:]]
            self.answer(json.dumps(found).encode())
        else:
            self.answer(b"{}", status=404)

    def serve(self):
        if self.path.startswith("/_") and self.has_control:
            self.control()
            return
        step = book.next_step(self.path.partition("?")[0])
        self.close_connection = True
        close = step.get("close")
        entry = book.note(self.command, self.path, [list(pair) for pair in self.headers.items()], b"")
        if close == "before-read":
            # What is unread makes the kernel answer with a reset.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return
        body = self.read_body()
        entry["body"] = body.decode("utf-8", "replace")
        entry["body_base64"] = base64.b64encode(body).decode()
        if close == "after-read":
            return
        time.sleep(step.get("delay_headers", 0))
        if "raw" in step:
            self.wfile.write(step["raw"].encode("latin-1"))
            return
        self.write_answer(step)
        entry["answered"] = time.time_ns()

    def write_answer(self, step):
        body = step.get("body", "ok").encode()
        self.send_response(step.get("status", 200))
        for name, value in step.get("headers", {}).items():
            self.send_header(name, str(value))
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        if step.get("close") == "after-headers":
            return
        time.sleep(step.get("delay_body", 0))
        if "drip" not in step:
            self.wfile.write(body)
            return
        for byte in body:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            time.sleep(step["drip"])

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = serve


class SecureHandler(Handler):
    has_control = False


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024
    context = None

    def finish_request(self, request, address):
        # In the connection's own thread: a slow handshake holds up nobody else.
        if self.context is None:
            super().finish_request(request, address)
            return
        try:
            with self.context.wrap_socket(request, server_side=True) as secure:
                super().finish_request(secure, address)
        except OSError:
            pass

    def handle_error(self, request, address):
        pass


def start_http(context=None):
    server = Server(("127.0.0.1", 0), SecureHandler if context else Handler)
    server.context = context
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


# --- SMTP --------------------------------------------------------------------------------------------------------------


def smtp_class():
    class ScriptedSMTP(SMTP):
        greeted = False

        async def push(self, status):
            if not self.greeted:
                self.greeted = True
                self.step = book.next_step("smtp")
                await asyncio.sleep(self.step.get("delay_greeting", 0))
                status = self.step.get("greeting", status)
            await super().push(status)

    return ScriptedSMTP


class MailHandler:
    async def reply(self, server, name, usual):
        await asyncio.sleep(server.step.get("delay_" + name, 0))
        return server.step.get(name, usual)

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        # Said once more after STARTTLS: the same connection, the same step.
        if not getattr(server, "is_named", False):
            server.is_named = True
            server.step = {**server.step, **book.next_step("smtp/" + hostname)}
        if server.step.get("no_starttls"):
            responses = [line for line in responses if "STARTTLS" not in line]
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):
        book.note("MAIL", session.host_name or "", [], address.encode())
        if server.step.get("close") == "at-mail":
            server.transport.abort()
        reply = await self.reply(server, "mail", "250 2.1.0 sender ok")
        if reply.startswith("2"):
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return reply

    async def handle_RCPT(self, server, session, envelope, address, options):
        if server.step.get("close") == "at-rcpt":
            server.transport.abort()
        reply = await self.reply(server, "rcpt", "250 2.1.5 recipient ok")
        if reply.startswith("2"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server, session, envelope):
        taken = server.step.get("data", "250 2.0.0 stored")
        if taken.startswith("2"):
            with book.lock:
                book.mails.append({
                    "time": time.time_ns(), "from": envelope.mail_from, "to": envelope.rcpt_tos,
                    "data": envelope.content.decode("utf-8", "replace"),
                    "data_base64": base64.b64encode(envelope.content).decode(), "ehlo": session.host_name,
                    "tls": session.ssl is not None or server.transport.get_extra_info("ssl_object") is not None,
                    "user": session.auth_data if session.authenticated else None,
                })
        if server.step.get("close") == "after-dot":
            server.transport.abort()
        return await self.reply(server, "data", taken)

    async def handle_QUIT(self, server, session, envelope):
        return await self.reply(server, "quit", "221 2.0.0 bye")


def authenticate(server, session, envelope, mechanism, data):
    if "auth" in server.step:
        return AuthResult(success=False, handled=False, message=server.step["auth"])
    if (data.login, data.password) == (USER.encode(), PASSWORD.encode()):
        return AuthResult(success=True, auth_data=USER)
    return AuthResult(success=False, handled=False)


def start_smtp(context):
    """The ports of STARTTLS, TLS and neither."""
    kind = smtp_class()
    loop = asyncio.new_event_loop()

    def starttls():
        return kind(
            MailHandler(), tls_context=context, require_starttls=True, auth_required=True,
            authenticator=authenticate, loop=loop)

    def tls():
        return kind(
            MailHandler(), auth_require_tls=False, auth_required=True, authenticator=authenticate, loop=loop)

    def plain():
        return kind(MailHandler(), auth_exclude_mechanism=["LOGIN", "PLAIN"], loop=loop)

    async def listen(factory, secure=None):
        server = await loop.create_server(factory, "127.0.0.1", 0, ssl=secure)
        return server.sockets[0].getsockname()[1]

    async def listen_all():
        return await listen(starttls), await listen(tls, context), await listen(plain)

    ports = loop.run_until_complete(listen_all())
    threading.Thread(target=loop.run_forever, daemon=True).start()
    return ports


# --- Certificates ------------------------------------------------------------------------------------------------------


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make_authority(folder):
    openssl(
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
        "-subj", "/CN=Tandem tests", "-keyout", f"{folder}/ca.key", "-out", f"{folder}/ca.pem")


def make_context(folder, name, alternatives):
    with open(f"{folder}/{name}.ext", "w") as file:
        file.write(f"subjectAltName={alternatives}\n")
    openssl(
        "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
        "-keyout", f"{folder}/{name}.key", "-out", f"{folder}/{name}.csr")
    openssl(
        "x509", "-req", "-in", f"{folder}/{name}.csr", "-CA", f"{folder}/ca.pem", "-CAkey", f"{folder}/ca.key",
        "-CAcreateserial", "-days", "2", "-extfile", f"{folder}/{name}.ext", "-out", f"{folder}/{name}.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{folder}/{name}.pem", f"{folder}/{name}.key")
    return context


def main():
    # aiosmtpd tells of every handshake that fails, as tests mean it to.
    logging.disable()
    warnings.simplefilter("ignore")
    folder = tempfile.mkdtemp(prefix="tandem-fault-")
    try:
        make_authority(folder)
        here = make_context(folder, "here", "DNS:localhost,IP:127.0.0.1")
        other = make_context(folder, "other", "DNS:elsewhere.invalid")
        smtp, smtps, smtp_plain = start_smtp(here) if SMTP else (None, None, None)
        ready = {
            "http": start_http(), "https": start_http(here), "https_other": start_http(other),
            "smtp": smtp, "smtps": smtps, "smtp_plain": smtp_plain, "ca": f"{folder}/ca.pem",
            "user": USER, "password": PASSWORD,
        }
        print(json.dumps(ready), flush=True)
        while sys.stdin.buffer.read(4096):
            pass
    except Exception:
        traceback.print_exc()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        # Without waiting for connections that hang as told.
        os._exit(0)


main()
