class Stream:
    def feed(self, b):
        return b

    def flush(self):
        return b""


class Redactor:
    def __init__(self, values):
        pass

    def __call__(self, t):
        return t

    def walk(self, d):
        return d

    def stream(self):
        return Stream()
