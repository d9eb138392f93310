"""A receiver of webhooks that really listens on this computer, keeps what comes, and answers as it is told."""

import http.server
import threading
from contextlib import contextmanager


class Receiver:
    """What came, and what is answered."""

    def __init__(self):
        self.came, self.answers, self.location = [], [], None

    @property
    def address(self):
        return f"http://127.0.0.1:{self.port}/hook"


@contextmanager
def receiving():
    receiver = Receiver()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            receiver.came.append((self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(receiver.answers.pop(0) if receiver.answers else 204)
            if receiver.location:
                self.send_header("location", receiver.location)
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield receiver
        server.shutdown()
        thread.join(5)
