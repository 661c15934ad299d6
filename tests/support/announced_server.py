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
