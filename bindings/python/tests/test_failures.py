"""The messages that `FAILURES.md` shows are those that its tests fail with."""

import re
import shutil
import warnings
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[1] / "FAILURES.md"
TEMPLATE = Path(__file__).parents[3] / "tests" / "data" / "template.yaml"
SECTION = re.compile(r"^```python\n(?P<test>def (?P<name>\w+).*?)```\n(?:\n```text\n(?P<message>.*?)```\n)?", re.M | re.S)


def test_page(pytester: pytest.Pytester):
    sections = list(SECTION.finditer(PAGE.read_text(encoding="utf-8")))
    assert len(sections) >= 10
    shutil.copy(TEMPLATE, pytester.path / "template.yaml")
    pytester.makepyfile("\n\n".join(section["test"] for section in sections))
    with warnings.catch_warnings():
        run = pytester.inline_run("-p", "no:cacheprovider", "-q")
    failed = run.getreports("pytest_runtest_logreport")
    messages = {report.head_line: report.longrepr.reprcrash.message for report in failed if report.failed}
    assert list(messages) == [section["name"] for section in sections]
    for section in sections:
        assert messages[section["name"]] == f"AssertionError: {(section['message'] or '').rstrip()}"
