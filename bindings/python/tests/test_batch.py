"""Many events at a time."""

import itertools
import signal
import threading

import pytest

import eventsieve
from eventsieve import Batch, EventError, Matcher

MATCHER = Matcher({"even": {"even": [True]}, "ten": {"ten": [0]}})
EVENTS = [f'{{"n": {n}, "even": {str(n % 2 == 0).lower()}, "ten": {n % 10}}}' for n in range(5000)]
EXPECTED = [["even", "ten"] if n % 10 == 0 else ["even"] if n % 2 == 0 else [] for n in range(5000)]


@pytest.mark.parametrize("threads", [None, 0, 1, 2, 10**12])
def test_events_and_lines(threads):
    batch = Batch(MATCHER, threads=threads)
    for _ in range(2):
        assert list(batch.events(EVENTS)) == EXPECTED
        assert list(batch.lines("\n".join(EVENTS))) == EXPECTED
    assert batch.matcher is MATCHER
    assert repr(batch) == "<eventsieve.Batch of 2 ids, trusted=False, first_only=False>"


def test_events_of_all_forms_in_order():
    events = [
        {"even": True},
        '{"even": true}',
        b'{"ten": 0}',
        {"ten": float("nan")},
        bytearray(b'{"ten": 0}'),
        "{oops",
        memoryview(b"{}"),
        {},
        {"even": True, "ten": 0},
    ]
    verdicts = Batch(MATCHER).events(event for event in events)
    assert len(verdicts) == 9
    assert [verdict for verdict in verdicts if isinstance(verdict, list)] == [
        ["even"], ["even"], ["ten"], ["ten"], [], [], ["even", "ten"],
    ]
    errors = verdicts.errors
    assert [(index, error.kind, error.path) for index, error in errors] == [(3, "value", "ten"), (5, "syntax", None)]
    assert isinstance(verdicts[3], EventError) and str(verdicts[5]) == str(errors[1][1])
    assert (errors[1][1].offset, errors[1][1].line, errors[1][1].column) == (1, 1, 2)


def test_a_buffer_that_is_used_again():
    def read():
        buffer = bytearray(16)
        for text in [b'{"even": true}  ', b'{"ten": 0}      ', b"{}              "]:
            buffer[:] = text
            yield buffer

    assert list(Batch(MATCHER).events(read())) == [["even"], ["ten"], []]


def test_verdicts_are_a_sequence():
    verdicts = Batch(MATCHER).events(EVENTS[:10])
    assert (verdicts[0], verdicts[-1], verdicts[-10]) == (EXPECTED[0], EXPECTED[9], EXPECTED[0])
    assert verdicts[2:8:3] == EXPECTED[2:8:3] and verdicts[::-1] == EXPECTED[9::-1]
    for index in [10, -11, 2**62]:
        with pytest.raises(IndexError):
            verdicts[index]
    with pytest.raises(TypeError):
        verdicts["x"]
    with pytest.raises(ValueError, match="not given as lines"):
        verdicts.span(0)
    assert repr(verdicts) == "<eventsieve.Verdicts on 10 events>"
    assert list(Batch(MATCHER).events([])) == [] == list(Batch(MATCHER).lines(b""))


@pytest.mark.parametrize("form", [str, str.encode, lambda text: memoryview(text.encode())])
def test_spans(form):
    text = '{"é": 1}\r\n\n  \n{"ten": 0}\n{"é":\n'
    verdicts = Batch(MATCHER).lines(form(text))
    assert [text.encode()[verdicts.span(n)].decode() for n in range(3)] == ['{"é": 1}', '{"ten": 0}', '{"é":']
    assert verdicts[1] == ["ten"]
    error = verdicts[2]
    assert (error.kind, error.offset, error.line, error.column) == ("syntax", 6, 1, 6)
    with pytest.raises(IndexError):
        verdicts.span(3)


def test_first_only_and_trusted():
    batch = Batch(MATCHER, first_only=True, trusted=True)
    for events in [EVENTS[:100], [{"even": True, "ten": 0}]]:
        assert all(len(verdict) <= 1 for verdict in batch.events(events))


@pytest.mark.parametrize("events", [[None], [5], ["{}", []]])
def test_other_types(events):
    with pytest.raises(TypeError, match=f"^event {len(events) - 1} must be str, bytes"):
        Batch(MATCHER).events(events)
    with pytest.raises(TypeError):
        Batch(MATCHER).events(5)
    with pytest.raises(TypeError, match="the text must be"):
        Batch(MATCHER).lines(events)


@pytest.mark.parametrize("event", ["text", b"text", bytearray(b"text"), {"x": 1}])
def test_a_single_event(event):
    with pytest.raises(TypeError, match=f"^events must be an iterable of events.*, not {type(event).__name__}$"):
        Batch(MATCHER).events(event)


def test_threads_are_not_negative():
    with pytest.raises(ValueError, match="^threads must not be negative$"):
        Batch(MATCHER, threads=-1)


def test_a_list_that_changes():
    events = list(EVENTS)
    batch = Batch(MATCHER)
    stop = threading.Event()

    def meddle():
        while not stop.is_set():
            for index in range(0, len(events), 7):
                events[index] = EVENTS[index] + " "

    meddler = threading.Thread(target=meddle)
    meddler.start()
    try:
        for _ in range(10):
            assert list(batch.events(events)) == EXPECTED
    finally:
        stop.set()
        meddler.join()


@pytest.mark.parametrize("threads", [1, None])
def test_another_thread_is_busy(threads):
    stop = threading.Event()

    def spin():
        while not stop.is_set():
            pass

    spinner = threading.Thread(target=spin)
    spinner.start()
    try:
        assert list(Batch(MATCHER, threads=threads).events(EVENTS * 3)) == EXPECTED * 3
    finally:
        stop.set()
        spinner.join()


@pytest.mark.parametrize("threads", [1, None])
@pytest.mark.parametrize("form", [list, iter])
def test_all_forms_in_many_parts(form, threads):
    events = list(EVENTS)
    events[::7] = [{"even": True} for _ in events[::7]]
    events[1::7] = [bytearray(b'{"ten": 0}') for _ in events[1::7]]
    events[2::7] = ["\ud800" for _ in events[2::7]]
    expected = list(EXPECTED)
    expected[::7] = [["even"] for _ in expected[::7]]
    expected[1::7] = [["ten"] for _ in expected[1::7]]
    verdicts = Batch(MATCHER, threads=threads).events(form(events))
    assert [place for place, _ in verdicts.errors] == list(range(2, len(events), 7))
    assert {(error.kind, error.offset) for _, error in verdicts.errors} == {("utf8", 0)}
    assert [verdict for n, verdict in enumerate(verdicts) if n % 7 != 2] == [
        verdict for n, verdict in enumerate(expected) if n % 7 != 2
    ]


@pytest.mark.parametrize("threads", [1, None])
def test_another_type_far_behind(threads):
    with pytest.raises(TypeError, match="^event 5000 must be str, bytes, bytearray, memoryview or dict, not int$"):
        Batch(MATCHER, threads=threads).events([*EVENTS, 5, *EVENTS])


@pytest.fixture
def meanwhile():
    """Has a function called while a batch is matching."""

    def later(work):
        signal.signal(signal.SIGALRM, lambda *_: work())
        signal.setitimer(signal.ITIMER_REAL, 0.001)

    before = signal.getsignal(signal.SIGALRM)
    yield later
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


MANY = EVENTS * 40  # some tens of milliseconds


@pytest.mark.parametrize("events", [[*MANY, 5], itertools.repeat(b"{}", 50_000_000)], ids=["list", "iterator"])
def test_a_signal_ends_it(meanwhile, events):
    with pytest.raises(KeyboardInterrupt):
        meanwhile(interrupt)
        Batch(MATCHER, threads=1).events(events)


def interrupt():
    raise KeyboardInterrupt


@pytest.mark.parametrize("threads", [1, 2])
def test_a_signal_ends_lines(meanwhile, threads):
    text = "\n".join(MANY * 8)
    with pytest.raises(KeyboardInterrupt):
        meanwhile(interrupt)
        Batch(MATCHER, threads=threads).lines(text)


def test_a_signal_ends_the_matching_of_what_an_iterator_gave(meanwhile):
    def events():
        yield from MANY
        meanwhile(interrupt)

    with pytest.raises(KeyboardInterrupt):
        Batch(MATCHER, threads=1).events(events())


ATTEMPTS = 20  # on a busy machine the signal may come before the call


def test_a_list_that_becomes_shorter(meanwhile):
    def error():
        events = list(MANY)
        meanwhile(events.clear)
        try:
            Batch(MATCHER, threads=1).events(events)
        except RuntimeError as error:
            return str(error)

    assert "the list became shorter while its events were matched" in (error() for _ in range(ATTEMPTS))


def test_a_list_that_becomes_longer(meanwhile):
    def lengths():
        events = list(MANY)
        meanwhile(lambda: events.append(5))
        try:
            return len(Batch(MATCHER, threads=1).events(events)), len(events)
        except TypeError:  # it was longer before
            return None

    assert (len(MANY), len(MANY) + 1) in (lengths() for _ in range(ATTEMPTS))


def test_a_call_within_a_call(meanwhile):
    batch, found = Batch(MATCHER, threads=1), []
    meanwhile(lambda: found.extend(batch.events(EVENTS)))
    assert len(batch.events(MANY)) == len(MANY)
    assert found == EXPECTED


def test_threads_share_a_batch():
    batch = Batch(MATCHER)
    wrong = []

    def work():
        for _ in range(10):
            if list(batch.events(EVENTS)) != EXPECTED or list(batch.lines("\n".join(EVENTS))) != EXPECTED:
                wrong.append(1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_the_module_says_what_it_has():
    assert all(hasattr(eventsieve, name) for name in eventsieve.__all__)
