"""Whatever a server answers, it is never taken for a success that it is not."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, NamedTuple

import pytest

from kmconfig.errors import CouldNotCheck, KmconfigError, Refused
from tests.deploy.site import PASSWORD
from tests.servers import settings_api_faults as faults
from tests.servers.settings_api import KEY, Key, SettingsApi
from tests.targets.settings_api.asking import Fence, Waits, apply, reader_of, wanted, writer_of

if TYPE_CHECKING:
    from pathlib import Path

    from kmconfig.targets.interface import State
    from tests.servers.settings_api import Misbehaviour


class Case(NamedTuple):
    """What happens to a write: how it is told, and what the settings are afterwards."""

    fault: Misbehaviour
    kind: type[KmconfigError]
    words: str
    state: State


UNKNOWN = "the write was not confirmed"
REFUSED = "the write was refused"

WRITES = {
    "an unknown code": Case(faults.code(200), CouldNotCheck, f"{UNKNOWN}: .*code 200, which is not known", "before"),
    "the code of a read": Case(faults.code(649), CouldNotCheck, UNKNOWN, "before"),
    "a code as text": Case(faults.altered(response={"code": "650"}), CouldNotCheck, UNKNOWN, "after"),
    "no code": Case(faults.altered(response={}), CouldNotCheck, UNKNOWN, "after"),
    "no envelope": Case(faults.altered(response=None), CouldNotCheck, UNKNOWN, "after"),
    "success with a status of failure": Case(faults.code(650, status=500), CouldNotCheck, UNKNOWN, "before"),
    "a page, 200": Case(faults.html(200), CouldNotCheck, f"{UNKNOWN}: .*not the interface's JSON", "before"),
    "a page, 200, written": Case(faults.html(200, written=True), CouldNotCheck, UNKNOWN, "after"),
    "a page, 500": Case(faults.html(500), CouldNotCheck, UNKNOWN, "before"),
    "no answer, not written": Case(faults.hang(written=False), CouldNotCheck, f"{UNKNOWN}: .*did not answer", "before"),
    "no answer, written": Case(faults.hang(written=True), CouldNotCheck, UNKNOWN, "after"),
    "502": Case(faults.busy(502), CouldNotCheck, f"{UNKNOWN}: .*status 502", "before"),
    "504, written": Case(faults.busy(504, written=True), CouldNotCheck, UNKNOWN, "after"),
    "an answer that breaks off": Case(faults.cut_off, CouldNotCheck, UNKNOWN, "after"),
    "a gzip bomb": Case(faults.gzip_bomb, CouldNotCheck, UNKNOWN, "after"),
    "a huge answer": Case(faults.huge, CouldNotCheck, UNKNOWN, "after"),
    "a redirect": Case(faults.redirect("https://elsewhere.test/"), CouldNotCheck, f"{UNKNOWN}: .*redirects", "before"),
    "validation": Case(
        faults.code(651, errors={"smtp_host": ["Not allowed."]}), Refused, rf"{REFUSED}: .*code 651", "before"
    ),
    "a key without the capability": Case(
        faults.code(102, status=401), CouldNotCheck, rf"{REFUSED}: .*capability for this \(code 102\)", "before"
    ),
    "a key from another address": Case(faults.code(103, status=401), CouldNotCheck, REFUSED, "before"),
    "403": Case(faults.code(999, status=403), CouldNotCheck, f"{REFUSED}: .*denies access", "before"),
    "412": Case(faults.code(412, status=412), Refused, "changed after they were read", "before"),
}


@pytest.mark.parametrize("case", WRITES.values(), ids=WRITES.keys())
def test_a_write(tmp_path: Path, api: SettingsApi, case: Case) -> None:
    api.misbehave["PUT"].append(case.fault)
    waits = Waits()
    goal = wanted(tmp_path, api, timeout="1s")
    reader = reader_of(goal, tmp_path, waits=waits)
    writer = writer_of(reader, goal)
    snapshot, staged = writer.capture(), writer.stage()
    with pytest.raises(case.kind, match=case.words) as caught:
        writer.write(Fence())
    assert type(caught.value) is case.kind
    assert api.requests.count("PUT") == 1
    assert writer.state(snapshot, (staged,)) == case.state
    require_secrecy(caught.value)


def require_secrecy(error: KmconfigError) -> None:
    """Neither the error nor what a debugger shows of it holds a secret."""
    told = traceback.TracebackException.from_exception(error, capture_locals=True)
    frames = [frame for frame in told.stack if "/kmconfig/" in frame.filename]
    assert frames
    for secret in (PASSWORD, KEY):
        assert secret not in f"{error.message}{error.help}"
        assert not any(secret in str(frame.locals) for frame in frames)
    assert error.__context__ is None


READS = {
    "an unknown code": (faults.code(200), "code 200, which is not known"),
    "a page": (faults.html(200), "not the interface's JSON"),
    "a page, 500": (faults.html(500), "status 500 with something"),
    "no answer": (faults.hang(written=False), "did not answer"),
    "an answer that breaks off": (faults.cut_off, "broke the connection off"),
    "a gzip bomb": (faults.gzip_bomb, "not the interface's JSON"),
    "a huge answer": (faults.huge, "not the interface's JSON"),
    "no settings": (faults.code(649), "no usable `settings`"),
    "settings of another kind": (faults.code(649, settings={"smtp_host": ["a"]}), "no usable `smtp_host`"),
    "a flag that is none": (faults.code(649, settings={"smtp_password_set": "yes"}), "no usable `smtp_password_set`"),
    "a mark that is none": (faults.code(649, settings={"managed": "x"}), "no usable `managed`"),
}


@pytest.mark.parametrize(("fault", "words"), READS.values(), ids=READS.keys())
def test_a_read(tmp_path: Path, api: SettingsApi, fault: Misbehaviour, words: str) -> None:
    api.misbehave["GET"].append(fault)
    with pytest.raises(CouldNotCheck, match=words) as caught:
        reader_of(wanted(tmp_path, api, timeout="1s"), tmp_path).live()
    require_secrecy(caught.value)


@pytest.mark.parametrize(("status", "remedy"), [(200, "settings_api.codes"), (500, "log of the server")])
def test_a_failure_is_not_to_be_listed_as_a_success(tmp_path: Path, api: SettingsApi, status: int, remedy: str) -> None:
    api.misbehave["GET"].append(faults.code(777, status=status))
    with pytest.raises(CouldNotCheck) as caught:
        reader_of(wanted(tmp_path, api), tmp_path).live()
    assert remedy in str(caught.value.help)


@pytest.mark.parametrize(("status", "reads"), [(429, 3), (502, 3), (503, 3), (504, 3), (500, 1), (401, 1)])
def test_reads_are_repeated_where_that_may_help(tmp_path: Path, api: SettingsApi, status: int, reads: int) -> None:
    api.misbehave["GET"].extend([faults.busy(status)] * 3)
    waits = Waits()
    with pytest.raises(CouldNotCheck):
        reader_of(wanted(tmp_path, api), tmp_path, waits=waits).live()
    assert len(api.requests) == reads
    assert len(waits.slept) == reads - 1


def test_a_read_succeeds_after_a_while(tmp_path: Path, api: SettingsApi) -> None:
    api.misbehave["GET"].extend([faults.busy(429, Retry_After="7"), faults.busy(503)])
    waits = Waits()
    assert reader_of(wanted(tmp_path, api), tmp_path, waits=waits).live().host == "localhost"
    assert waits.slept[0] > 7
    assert waits.slept[1] < 2


def test_a_wait_that_is_too_long_is_not_waited(tmp_path: Path, api: SettingsApi) -> None:
    api.misbehave["GET"].append(faults.busy(429, Retry_After="3600"))
    waits = Waits()
    with pytest.raises(CouldNotCheck, match="throttling"):
        reader_of(wanted(tmp_path, api), tmp_path, waits=waits).live()
    assert (len(api.requests), waits.slept) == (1, [])


@pytest.mark.parametrize("answer", [faults.busy(429), faults.busy(429, Retry_After="2")])
def test_a_write_is_repeated_only_after_429(tmp_path: Path, api: SettingsApi, answer: Misbehaviour) -> None:
    api.misbehave["PUT"].extend([answer] * 2)
    goal = wanted(tmp_path, api)
    waits = Waits()
    reader = reader_of(goal, tmp_path, waits=waits)
    writer = writer_of(reader, goal)
    writer.stage()
    fence = Fence()
    writer.write(fence)
    assert (api.requests.count("PUT"), fence.checked, len(waits.slept)) == (3, 3, 2)
    assert reader.compare(goal).operations == ()


def test_a_write_that_is_throttled_for_good(tmp_path: Path, api: SettingsApi) -> None:
    api.misbehave["PUT"].extend([faults.busy(429)] * 3)
    goal = wanted(tmp_path, api)
    writer = writer_of(reader_of(goal, tmp_path), goal)
    snapshot, staged = writer.capture(), writer.stage()
    with pytest.raises(CouldNotCheck, match=r"was refused: .*throttling"):
        writer.write(Fence())
    assert writer.state(snapshot, (staged,)) == "before"


def test_errors_of_fields_lead_to_the_settings(tmp_path: Path, api: SettingsApi) -> None:
    hostile = f"Not \x1b[31m allowed: {PASSWORD} {KEY}\r\nBcc: all@acme.test"
    errors = {"smtp_host": [hostile, "Second."], "smtp_password": ["Too weak."], "frob": ["x"]}
    api.misbehave["PUT"].append(faults.code(651, errors=errors))
    goal = wanted(tmp_path, api)
    writer = writer_of(reader_of(goal, tmp_path), goal)
    writer.stage()
    with pytest.raises(Refused) as caught:
        writer.write(Fence())
    message = caught.value.message
    assert "environments/staging.yaml:6:11 `email.smtp.host`: Not" in message
    assert "Second." in message
    assert "environments/staging.yaml:8:15 `email.smtp.password`: Too weak." in message
    assert "another field: x" in message
    assert message.isprintable()
    require_secrecy(caught.value)


def test_a_refusal_that_wrote_all_the_same(tmp_path: Path, api: SettingsApi) -> None:
    api.misbehave["PUT"].append(faults.altered(response={"code": 651, "errors": {"smtp_host": ["No."]}}))
    goal = wanted(tmp_path, api)
    writer = writer_of(reader_of(goal, tmp_path), goal)
    snapshot, staged = writer.capture(), writer.stage()
    with pytest.raises(CouldNotCheck, match="changed although they were refused"):
        writer.write(Fence())
    assert writer.state(snapshot, (staged,)) == "after"


def test_a_permission_that_is_lost_on_the_way(tmp_path: Path, api: SettingsApi) -> None:
    goal = wanted(tmp_path, api)
    writer = writer_of(reader_of(goal, tmp_path), goal)
    snapshot, staged = writer.capture(), writer.stage()
    api.keys[KEY] = Key(capabilities={"GET"})
    with pytest.raises(CouldNotCheck, match="lacks the capability"):
        writer.write(Fence())
    assert writer.state(snapshot, (staged,)) == "before"


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_redirect_never_gets_the_key(tmp_path: Path, api: SettingsApi, method: str) -> None:
    with SettingsApi() as stranger:
        for status in (301, 302, 303, 307, 308):
            api.misbehave[method].append(faults.redirect(f"{stranger.url}/settings/email", status))
            goal = wanted(tmp_path, api)
            with pytest.raises(CouldNotCheck, match=f"redirects .status {status}"):
                apply(reader_of(goal, tmp_path), goal)
        assert stranger.requests == []


def test_nobody_is_there(tmp_path: Path, api: SettingsApi) -> None:
    with SettingsApi() as other:
        goal = wanted(tmp_path, other)
        reader = reader_of(goal, tmp_path)
        writer = writer_of(reader, goal)
        writer.stage()
    for act in (reader.live, lambda: writer.write(Fence())):
        with pytest.raises(CouldNotCheck, match="refuses the connection"):
            act()
