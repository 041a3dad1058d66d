"""Scanners of uploads for tests: what they answer is told beforehand, and what they were asked is kept."""

from lockportal import hookimpl
from lockportal.uploads.ports import Verdict


class FakeScanner:
    """Finds EICAR-like words, and fails where it is told to."""

    def __init__(self, bad=b"virus"):
        self.bad, self.seen, self.error, self.answer = bad, [], None, None

    def scan(self, content):
        if self.error is not None:
            raise self.error
        self.seen.append((content.media_type, content.size, b"".join(content.chunks)))
        if self.answer is not None:
            return self.answer
        found = self.bad in self.seen[-1][2]
        return Verdict(clean=not found, found="Test.Virus" if found else "")


class Scanners:
    """The plugin that brings one along."""

    def __init__(self, scanner):
        self.scanner = scanner

    @hookimpl
    def lockportal_scanner(self):
        return self.scanner
