"""Rule sets and matchers."""

import copy
import gc
import pickle
import threading
import weakref

import pytest

import eventsieve
from eventsieve import Matcher, Pattern, PatternError, RuleSet


def test_a_rule_set_changes():
    rules = RuleSet()
    assert rules.insert("a", {"x": [1]})
    assert not rules.insert("a", '{"x": [1]}')
    assert rules.insert("a", {"y": [1]})
    assert rules.insert("b", {"x": [1]})
    assert (len(rules), rules.ids(), "a" in rules, "c" in rules) == (3, ["a", "b"], True, False)
    assert rules.patterns("a") == [Pattern({"x": [1]}), Pattern({"y": [1]})]
    old = rules.compile()
    assert old.matches({"x": 1}) == ["a", "b"]
    assert not rules.remove_pattern("a", {"z": [1]})
    assert rules.remove_pattern("a", {"x": [1]})
    assert rules.compile().matches({"x": 1}) == ["b"]
    assert rules.remove_pattern("a", {"y": [1]})
    assert "a" not in rules and not rules.remove("a")
    rules.insert("a", {"x": [1]})
    assert rules.compile().matches({"x": 1}) == ["b", "a"]
    assert old.matches({"x": 1}) == ["a", "b"]
    assert repr(rules) == "<eventsieve.RuleSet of 2 patterns under 2 ids>"
    assert repr(old) == "<eventsieve.Matcher of 2 ids>"


def test_a_wrong_pattern_changes_nothing():
    rules = RuleSet({"a": {"x": [1]}})
    with pytest.raises(PatternError):
        rules.insert("b", "{}")
    assert rules.ids() == ["a"]


def test_an_error_names_the_rule():
    rules = {"good": {"x": [1]}, "bad": {"source": "x"}, "worse": 5}
    for make in [Matcher, RuleSet, RuleSet().update, lambda rules: RuleSet(rules.items())]:
        with pytest.raises(PatternError) as caught:
            make(rules)
        assert caught.value.__notes__ == ["in rule 'bad'"]
    with pytest.raises(TypeError) as wrong:
        Matcher({("a", 1): 5})
    assert wrong.value.__notes__ == ["in rule ('a', 1)"]
    with pytest.raises(TypeError) as wrong:
        Matcher({"source": ["x"]})
    assert wrong.value.__notes__ == [
        "in rule 'source'",
        "rules are given by id: a single pattern as {\"some id\": pattern}",
    ]

    class Nameless:
        def __repr__(self):
            raise KeyError("no name")

    with pytest.raises(PatternError) as caught:
        RuleSet([(Nameless(), "{}")])
    assert not hasattr(caught.value, "__notes__")


def test_ids_are_any_hashable_objects():
    ids = ["x", 5, ("a", 1), None, frozenset({1}), 2.5, b"x"]
    matcher = Matcher((id, {"x": [1]}) for id in ids)
    assert matcher.matches({"x": 1}) == ids
    assert matcher.ids == tuple(ids) and len(matcher) == len(ids)
    assert matcher.patterns(5) == [Pattern({"x": [1]})] and matcher.patterns("none") == []
    assert len(Matcher([(1, {"x": [1]}), (1.0, {"x": [1]}), (True, {"x": [2]})])) == 1  # equal in Python
    with pytest.raises(TypeError, match="unhashable"):
        RuleSet().insert([], {"x": [1]})


def test_an_id_whose_hash_raises_or_meddles():
    class Raises:
        def __hash__(self):
            raise KeyError("no hash")

    class Meddles:
        def __hash__(self):
            rules.remove("a")
            return 1

    rules = RuleSet({"a": {"x": [1]}})
    with pytest.raises(KeyError):
        rules.insert(Raises(), {"x": [1]})
    with pytest.raises(RuntimeError):
        rules.insert(Meddles(), {"x": [1]})
    assert rules.compile().matches({"x": 1}) == ["a"]


def test_what_rules_are_made_of():
    for rules in [[("a", {"x": [1]})], iter([("a", '{"x": [1]}')]), {"a": b'{"x": [1]}'}, RuleSet({"a": {"x": [1]}})]:
        assert Matcher(rules).matches({"x": 1}) == ["a"]
    for rules in [5, [5], ["abc"], {"a"}]:
        with pytest.raises(TypeError):
            RuleSet(rules)


def test_no_rules():
    matcher = Matcher({})
    assert len(matcher) == 0 and matcher.matches("{}") == [] and not matcher.is_match("{}")


def test_options():
    matcher = Matcher({1: {"x": [1]}}, sample=[b'{"x": 1}', '{"x": 2}', "oops"], array_budget=10, max_event_depth=10)
    assert matcher.matches({"x": 1}) == [1]
    assert pickle.loads(pickle.dumps(matcher)).matches({"x": 1}) == [1]
    with pytest.raises(TypeError, match="an event of the sample must be"):
        Matcher({}, sample=[{}])
    assert matcher.kernel in {"portable", "neon", "avx2", "avx512"}


def test_an_unknown_kernel(monkeypatch):
    monkeypatch.setenv("EVENTSIEVE_KERNEL", "abacus")
    with pytest.raises(ValueError, match="names an unknown kernel, `abacus`"):
        Matcher({})


def test_copies_and_pickles():
    rules = RuleSet([("a", {"x": [1]}), ("b", {"y": [1]}), ("a", {"z": [1]})])
    matcher = rules.compile(max_event_depth=3)
    assert copy.copy(matcher) is matcher and copy.deepcopy(matcher) is matcher
    loaded = pickle.loads(pickle.dumps(matcher))
    assert loaded.matches({"z": 1, "y": 1}) == ["a", "b"] and loaded.ids == ("a", "b")
    with pytest.raises(eventsieve.EventError):
        loaded.matches({"x": [[[1]]]})
    for other in [rules.copy(), copy.copy(rules), copy.deepcopy(rules), pickle.loads(pickle.dumps(rules))]:
        other.remove("a")
        assert other.ids() == ["b"]
    assert rules.ids() == ["a", "b"]


def test_ids_that_hold_their_matcher_are_freed():
    class Id:
        pass

    id = Id()
    id.rules = RuleSet([(id, {"x": [1]})])
    id.matcher = id.rules.compile()
    id.batch = eventsieve.Batch(id.matcher)
    id.verdicts = id.batch.events(["{}"])
    id.iterator = iter(id.verdicts)
    gone = weakref.ref(id)
    del id
    gc.collect()
    assert gone() is None


def test_threads_share_a_matcher():
    matcher = Matcher((n, {"n": [n]}) for n in range(50))
    wrong = []

    def work(offset):
        for n in range(2000):
            n = (n + offset) % 50
            padding = " " * (4096 if n % 3 == 0 else 0)
            if matcher.matches(f'{{"n": {n}}}{padding}') != [n] or matcher.matches({"n": n}) != [n]:
                wrong.append(n)

    threads = [threading.Thread(target=work, args=(offset,)) for offset in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_notes_say_what_may_be_meant():
    rules = {"a": eventsieve.Pattern({"x": [1]})}
    with pytest.raises(TypeError) as caught:
        eventsieve.lint(rules)
    assert caught.value.__notes__ == ["these are rules, of which one is a pattern: RuleSet(rules) takes them all"]
    with pytest.raises(KeyError) as caught:
        RuleSet(rules).explain("b", {"x": 1})
    assert caught.value.__notes__ == ["there is no rule under this id; `ids()` lists them"]
