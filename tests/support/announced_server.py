"""The end of a small server that a test writes as a text: it tells its origin, and serves."""

ANNOUNCED = """
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
url = f"http://127.0.0.1:{server.server_port}"
print(json.dumps({"origins": {"site": url}}), flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
"""
"""It goes behind a class ``Page`` that answers. The server ends with its standard input, as one of
``[serve]`` does.
"""

ANSWERS = (
    """
import http.server, json, sys, threading

class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        status, body = answer(self.path)
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass
"""
    + ANNOUNCED
)
"""It goes behind a function ``answer`` that returns the status and body for a path."""
