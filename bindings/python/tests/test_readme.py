"""The examples of the README and of the docstrings are run."""

import doctest
import importlib.util
import re
from pathlib import Path

import pytest

import eventsieve
import eventsieve._aws
import eventsieve._load
import eventsieve.testing

README = Path(__file__).parents[1] / "README.md"
OPTIONS = doctest.ELLIPSIS


def test_readme():
    text = README.read_text(encoding="utf-8")
    if importlib.util.find_spec("pyarrow") is None:
        before, _, after = text.partition("<!-- needs pyarrow -->")
        text = before + after.partition("\n## ")[2]
    # A fence would be taken for output.
    text = "\n".join("" if line.startswith("```") else line for line in text.splitlines())
    test = doctest.DocTestParser().get_doctest(text, {}, "README.md", str(README), 0)
    assert len(test.examples) > 15
    runner = doctest.DocTestRunner(optionflags=OPTIONS)
    assert runner.run(test).failed == 0


def test_tests(pytester: pytest.Pytester):
    text = README.read_text(encoding="utf-8").partition("## With pytest")[2]
    template = re.search("^```yaml\n(.*?)^```", text, re.M | re.S)
    tests = re.findall("^```python\n(import.*?)^```", text, re.M | re.S)
    assert template is not None and len(tests) == 2
    (pytester.path / "template.yaml").write_text(template[1], encoding="utf-8")
    pytester.makepyfile("\n\n".join(tests))
    pytester.inline_run("-p", "no:cacheprovider", "-q").assertoutcome(passed=3)


@pytest.mark.parametrize("module", [eventsieve, eventsieve._aws, eventsieve._load, eventsieve.testing])
def test_docstrings(module):
    assert doctest.testmod(module, extraglobs=vars(eventsieve), optionflags=OPTIONS).failed == 0


def test_everything_has_a_docstring():
    for name in eventsieve.__all__:
        thing = getattr(eventsieve, name)
        assert thing.__doc__, name
        for member, value in vars(thing).items() if isinstance(thing, type) else ():
            assert member.startswith("_") or value.__doc__, f"{name}.{member}"
