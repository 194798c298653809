"""
Builds ``.venv`` from the locked requirements and starts manage.py again inside it.

Runs before anything is installed, so it takes the standard library only, and nothing here may import Django or
another package of ours that does.
"""

import fcntl
import hashlib
import importlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from integrations.embedded import state
from integrations.embedded.errors import EmbeddedError, in_words

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"
LOG = VENV / "install.log"

#: What each word runs once the environment is there, and whether it needs the tools of the tests.
WORDS = {
    "demo": ("integrations.embedded.demo", False),
    "test": ("integrations.embedded.testing", True),
    "soak": ("tests.faults.soak", True),
}
BOOTSTRAP, RUNTIME, DEVELOPMENT = "requirements-bootstrap.txt", "requirements.txt", "requirements-dev.txt"

NO_VENV = (
    "This Python has no pip and cannot make an environment. On Debian, as root: apt-get install python3-venv"
)
FULL = r"No space left on device|Disk quota exceeded"
OFFLINE = (
    r"name resolution|dns error|error sending request|[Ff]ailed to (fetch|download|connect)|Connection refused"
    r"|unreachable|timed out|NewConnectionError|[Cc]onnection error|Could not connect|No matching distribution"
)
#: What installers print, most telling first, and what it means for the person who waits.
TROUBLES = [
    (FULL, "The disk is full. Free some space and start again."),
    (
        r"Read-only file system|Permission denied|EACCES",
        "Not allowed to write to {root}. Use a folder of your own.",
    ),
    (
        r"hash(es)? (mismatch|do not match|did not match)|DO NOT MATCH THE HASHES",
        "A downloaded package is not the locked one. Clear the package cache and start again; details are in {log}.",
    ),
    (
        OFFLINE,
        "Cannot reach the package registry. Check the network and the proxy settings, then start again: "
        "what is downloaded already is kept.",
    ),
    (
        r"(gcc|cc|clang|c\+\+|g\+\+)\S*['\"]? (failed|not found)|unable to execute|No such file.*cc1",
        "A package has to be built on this machine and no C compiler is installed. "
        "On Debian, as root: apt-get install build-essential python3-dev",
    ),
]


def run(word: str, arguments: list[str]) -> int:
    """
    Run one of :data:`WORDS` inside the environment; build it and start again there when needed.

    :returns: the exit code; trouble is told in one sentence on standard error
    """
    module, development = WORDS[word]
    try:
        if not sys.platform.startswith("linux"):
            raise EmbeddedError(f"manage.py {word} runs on Linux.")
        prepare(development=development)
        if not inside():
            os.execv(PYTHON, [str(PYTHON), str(ROOT / "manage.py"), word, *arguments])
        return importlib.import_module(module).main(arguments)
    except EmbeddedError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def use_environment() -> None:
    """
    For Django's own words: go on in ``.venv`` when Django is missing here, and beside a running demo.

    A demo notes its addresses while it runs; ``manage.py shell`` then reaches its database without being told.
    """
    if importlib.util.find_spec("django") is None:
        if inside() or not PYTHON.exists():
            sys.exit(
                "Django is not installed here. Build the environment and see the system run: python3 manage.py demo"
            )
        os.execv(PYTHON, [str(PYTHON), *sys.argv])
    if "DATABASE_URL" not in os.environ:
        running = state.running_environment(ROOT / (os.environ.get("VAR_DIR") or "var"))
        os.environ.update({name: value for name, value in running.items() if name not in os.environ})


def inside() -> bool:
    """Whether this process already runs in the project's environment."""
    return Path(sys.prefix).resolve() == VENV


def prepare(*, development: bool) -> None:
    """
    Make ``.venv`` hold what the locks say; nothing to do costs reading the locks.

    A lock file lets one of two racing starts build while the other waits. The stamp goes first and comes last, so
    an interrupted build is begun anew (from the package cache), and an environment whose project or Python moved
    is built again.

    :param development: also the tools of the tests
    :raises EmbeddedError: it cannot be built
    """
    if is_current(development=development):
        return
    try:
        with (ROOT / ".venv.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                _say("Another start is preparing the environment; waiting for it.")
                fcntl.flock(lock, fcntl.LOCK_EX)
            if not is_current(development=development):
                _build(development=development)
    except OSError as error:
        raise in_words(error, f"write to the folder {ROOT}") from None


def is_current(*, development: bool) -> bool:
    """Whether the environment is this project's and holds the locked packages; more than asked for is fine."""
    found = _stamp()
    if found is None or not _usable(found):
        return False
    return all(found["locks"].get(name) == digest for name, digest in _locks(development=development).items())


def explain(output: str) -> str:
    """Turn an installer's output into one sentence."""
    for pattern, sentence in TROUBLES:
        if re.search(pattern, output):
            return sentence.format(root=ROOT, log=LOG)
    return f"Installing the packages failed. Read {LOG}."


def _build(*, development: bool) -> None:
    locks, found = _locks(development=development), _stamp()
    STAMP.unlink(missing_ok=True)
    if found is None or not _usable(found):
        if VENV.exists():
            shutil.rmtree(VENV)
        _say("Building the environment in .venv (first start only).")
        _create()
    _say(f"Installing {_count(locks)} locked packages.")
    _install(list(locks))
    # Also where PYTHONDONTWRITEBYTECODE is set, or every later start would compile everything again.
    _call([str(PYTHON), "-m", "compileall", "-q", "-j", "0", "portal", "integrations"])
    STAMP.write_text(json.dumps({"folder": str(VENV), "python": _version(), "locks": locks}))


def _create() -> None:
    # Without the pip of ensurepip: Debian lacks it where python3-venv is missing, and it takes seconds.
    trouble = _call([_base_python(), "-m", "venv", "--without-pip", str(VENV)])
    if trouble is not None:
        raise EmbeddedError(NO_VENV if "No module named" in trouble else explain(trouble))


def _install(locks: list[str]) -> None:
    """Install with uv, fetched by pip from its own lock; with plain pip where uv does not work."""
    pip, uv = _pip(), shutil.which("uv")
    if pip:
        trouble = _call([*pip, "install", "--quiet", "--require-hashes", "-r", BOOTSTRAP])
        if trouble is None:
            uv = shutil.which("uv", path=VENV / "bin")
        elif any(re.search(pattern, trouble) for pattern in (FULL, OFFLINE)):
            raise EmbeddedError(explain(trouble))
    elif not uv:
        raise EmbeddedError(NO_VENV)
    files = [argument for name in locks for argument in ("-r", name)]
    trouble = "uv is not available"
    if uv:
        sync = [uv, "pip", "sync", "--quiet", "--require-hashes", "--compile-bytecode"]
        trouble = _call([*sync, "--python", str(PYTHON), *locks])
    if trouble and pip and not re.search(FULL, trouble):
        trouble = _call([*pip, "install", "--quiet", "--require-hashes", "--compile", *files])
    if trouble:
        raise EmbeddedError(explain(trouble))


def _pip() -> list[str] | None:
    """Return how to call pip for ``.venv``: this Python's with ``--python``, or one of its own, or None."""
    outer = [_base_python(), "-m", "pip", "--python", str(PYTHON)]
    if _call([*outer, "--version"]) is None:
        return outer
    own = [str(PYTHON), "-m", "pip"]
    if _call([*own, "--version"]) is None or _call([str(PYTHON), "-m", "ensurepip"]) is None:
        return own
    return None


def _call(command: list[str]) -> str | None:
    """
    Run a step of the installation, its output to the log.

    :returns: None when it went well, else what it said
    """
    environment = {
        **{name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "PYTHONPATH"}},
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
        "UV_PYTHON_DOWNLOADS": "never",
    }
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    said = done.stdout.decode(errors="replace")
    if VENV.exists():
        with LOG.open("a", encoding="utf-8") as log:
            log.write(f"$ {' '.join(command)}\n{said}")
    return None if done.returncode == 0 else said or f"{command[0]} ended with {done.returncode}"


def _stamp() -> dict | None:
    try:
        found = json.loads(STAMP.read_text())
        return found if found.keys() == {"folder", "python", "locks"} else None
    except (OSError, ValueError, AttributeError):
        return None


def _usable(stamp: dict) -> bool:
    """
    Whether the stamped environment still works: not moved, its Python neither gone nor replaced by a newer one.

    Any Python may start manage.py; only the one the environment was built with can be seen to have changed.
    """
    if stamp["folder"] != str(VENV) or not PYTHON.exists():
        return False
    return os.path.realpath(PYTHON) != os.path.realpath(_base_python()) or stamp["python"] == _version()


def _base_python() -> str:
    """Return the Python outside of any virtual environment."""
    return getattr(sys, "_base_executable", None) or sys.executable


def _version() -> str:
    return "{}.{}".format(*sys.version_info[:2])


def _locks(*, development: bool) -> dict[str, str]:
    names = [BOOTSTRAP, RUNTIME, *([DEVELOPMENT] if development else [])]
    return {name: hashlib.sha256((ROOT / name).read_bytes()).hexdigest() for name in names}


def _count(locks: dict) -> int:
    return sum(len(re.findall(r"^[a-z0-9]", (ROOT / name).read_text(), re.MULTILINE)) for name in locks)


def _say(text: str) -> None:
    print(text, flush=True)
