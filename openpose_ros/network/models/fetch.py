"""The models' files on this machine: where they lie, fetching them, checking them.

A model's folder is OPENPOSE_MODEL_DIR/NAME or, without that variable, openpose_ros/NAME in the
user's XDG cache folder. A file has its name only when it is whole and checked.
"""
import glob
import os
import shutil
from typing import Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

from openpose_ros.files import open_regular, read_regular
from openpose_ros.network.errors import ModelError
from openpose_ros.network.files import LARGEST, sha256_of, what_else_it_is
from openpose_ros.network.models.catalogue import File, Model, Source
from openpose_ros.network.models.download import download, download_member

# Checksums of files for which the catalogue has none: those the user has agreed to, and of graphs
# imported here. In the form of sha256sum.
ACCEPTED = 'SHA256SUMS'
ENGINES = 'ENGINES'   # in the folder of all models: checksums of graphs with engines made here
_LONGEST_LIST = 1 << 20   # bytes of either
Consent = Callable[[str, str, str, int], bool]   # (file, where it is from, sha256, bytes)


class Checked(NamedTuple):
    """A file of a model. state: 'ok', 'missing', 'changed', or 'unknown' (no checksum is known)."""

    path: str
    state: str
    sha256: Optional[str] = None


def models_folder(model_dir: Optional[str] = None) -> str:
    """The folder of all models: `model_dir`, OPENPOSE_MODEL_DIR, or in the XDG cache."""
    cache = os.environ.get('XDG_CACHE_HOME') or os.path.join('~', '.cache')
    return os.path.abspath(os.path.expanduser(
        model_dir or os.environ.get('OPENPOSE_MODEL_DIR') or os.path.join(cache, 'openpose_ros')))


def graph_path(model: Model, model_dir: Optional[str] = None) -> str:
    """Where the model's frozen graph is, or is to be put."""
    return os.path.join(models_folder(model_dir), model.name, model.graph)


def checked_graph(model: Model, model_dir: Optional[str] = None,
                  max_bytes: int = LARGEST) -> Tuple[str, str]:
    """Path and sha256 of the model's graph.

    Raises ModelError where it is missing, changed, or of more than `max_bytes`.
    """
    path = graph_path(model, model_dir)
    if not os.path.isfile(path):
        if os.path.isabs(model.graph):
            raise ModelError('there is no model {}'.format(path))
        raise ModelError('the model {} is not here: {}put it at {}'.format(
            model.name, 'openpose models fetch {}, or '.format(model.name) if model.sources else '',
            path))
    checked = _check(path, _known(model, os.path.dirname(path)).get(model.graph, ()), max_bytes)
    if checked.state == 'changed':
        raise ModelError('{} is damaged, or another file than the catalogue knows (sha256 {}…): '
                         'openpose models fetch {}, or give its path elsewhere'.format(
                             path, checked.sha256[:16], model.name))
    return path, checked.sha256


def remember_engine(sha256: str) -> None:
    """Note that a graph with engines of TensorRT was made here, by its checksum."""
    folder = models_folder()
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, ENGINES), 'a') as file:
        file.write(sha256 + '\n')


def engine_is_own(sha256: str) -> bool:
    """Whether the graph with engines that has this checksum was made here."""
    try:
        data = read_regular(os.path.join(models_folder(), ENGINES), _LONGEST_LIST)
    except OSError:
        return False
    return sha256.encode() in data.split()


def verify(model: Model, model_dir: Optional[str] = None) -> List[Checked]:
    """The state of each file of the model, its graph first."""
    path = graph_path(model, model_dir)
    folder = os.path.dirname(path)
    known = _known(model, folder)
    names = [model.graph] + sorted(set(known) - {model.graph})
    return [_check(os.path.join(folder, name), known.get(name, ())) for name in names]


def optimized(model: Model, model_dir: Optional[str] = None) -> List[str]:
    """Paths of the optimised graphs beside the model's own."""
    stem = os.path.splitext(graph_path(model, model_dir))[0]
    return sorted(glob.glob(glob.escape(stem) + '.optimized-*.pb'))


def fetch(model: Model, model_dir: Optional[str] = None, consent: Optional[Consent] = None) -> str:
    """Make sure that the model is here and whole; returns the path of its graph.

    Files that are here already, put by hand perhaps, are checked and kept. consent: asked, with
    what came, about a file without a known checksum; None refuses. Raises ModelError, which says
    where the user can put the files themselves.
    """
    path = graph_path(model, model_dir)
    folder = os.path.dirname(path)
    states = {os.path.basename(checked.path): checked.state for checked in verify(model, model_dir)}
    if states[model.graph] in ('ok', 'unknown'):
        return path
    if not model.sources:
        raise ModelError('{} cannot be fetched ({}): put its graph at {}'.format(
            model.name, model.licence, path))
    _make_folder(folder)
    wanted = [file.name for file in model.sources[0].files]
    if any(states.get(name) not in ('ok', 'unknown') for name in wanted):
        _fetch_from_first(model, folder, consent)
    if model.imported_from:
        from openpose_ros.network.importing import import_model
        import_model(os.path.join(folder, model.imported_from), path)
        _accept(path, sha256_of(path))
    return path


def take(model: Model, paths: Sequence[str], model_dir: Optional[str] = None,
         consent: Optional[Consent] = None) -> str:
    """Like :func:`fetch`, of files that the user has: copied, checked and imported the same way.

    Which file is which is told by their endings.
    """
    folder = os.path.dirname(graph_path(model, model_dir))
    _make_folder(folder)
    known = _known(model, folder)
    names = {file.name for source in model.sources for file in source.files} or {model.graph}
    for path in paths:
        alike = [name for name in names
                 if os.path.splitext(name)[1] == os.path.splitext(path)[1]]
        if len(alike) != 1:
            raise ModelError('{} is no file of {}, which has {}'.format(
                path, model.name, ', '.join(sorted(names))))
        name, = alike
        part = os.path.join(folder, name) + '.part'
        try:
            with open_regular(path, LARGEST) as source, open(part, 'wb') as copy:
                shutil.copyfileobj(source, copy)
        except OSError as error:
            raise ModelError('cannot copy {}: {}'.format(path, error.strerror))
        _keep(part, name, path, known.get(name, ()), consent)
    return fetch(model, model_dir, consent)


def _make_folder(folder: str) -> None:
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise ModelError('cannot make the folder {}: {}'.format(folder, error.strerror))


def _fetch_from_first(model: Model, folder: str, consent: Optional[Consent]) -> None:
    """All files from the first source that has them."""
    problems = []
    for source in model.sources:
        try:
            for file in source.files:
                _fetch_file(source, file, folder, consent)
            return
        except ModelError as error:
            problems.append(str(error)[:200])   # what to do comes after them
    wanted = ' and '.join('{} (sha256 {})'.format(os.path.join(folder, file.name), file.sha256)
                          for file in model.sources[0].files)
    raise ModelError('{} cannot be fetched: {}. Or put it there yourself: {}'.format(
        model.name, '; '.join(problems), wanted))


def _fetch_file(source: Source, file: File, folder: str, consent: Optional[Consent]) -> None:
    path = os.path.join(folder, file.name)
    known = (file.sha256,) if file.sha256 else ()
    if known and _check(path, known).state == 'ok':
        return
    # A part is gone on with only if it is of the same file.
    part = '{}.{}.part'.format(path, (file.sha256 or 'unknown')[:8])
    if not known and os.path.exists(part):
        os.remove(part)
    title = '{} from {}'.format(file.name, source.title)
    if source.requirement:
        download_member(source.requirement, file.place, part, title)
    else:
        download(file.place, part, title)
    _keep(part, file.name, file.place, known, consent)


def _keep(part: str, name: str, origin: str, known: Sequence[str],
          consent: Optional[Consent]) -> None:
    """Give a file that has arrived its name, or remove it and raise ModelError."""
    try:
        sha256, size = sha256_of(part), os.path.getsize(part)
        if known and sha256 not in known:
            with open(part, 'rb') as file:
                problem = what_else_it_is(file.read(512))
            raise ModelError('{} {} (sha256 {}, {:,} bytes)'.format(
                origin, 'is {}'.format(problem) if problem else 'is not the file it should be',
                sha256, size))
        if not known:
            if consent is None or not consent(name, origin, sha256, size):
                raise ModelError('{} has no known checksum and was not accepted'.format(origin))
            _accept(os.path.join(os.path.dirname(part), name), sha256)
        os.replace(part, os.path.join(os.path.dirname(part), name))
    finally:
        if os.path.exists(part):
            os.remove(part)


def _accept(path: str, sha256: str) -> None:
    listed = os.path.join(os.path.dirname(path), ACCEPTED)
    try:
        with open(listed, 'a') as file:
            file.write('{}  {}\n'.format(sha256, os.path.basename(path)))
    except OSError as error:
        raise ModelError('cannot write {}: {}'.format(listed, error.strerror))


def _known(model: Model, folder: str) -> Dict[str, List[str]]:
    """The checksums by which each file of the model is known, here or in the catalogue."""
    known = {}   # type: Dict[str, List[str]]
    for source in model.sources:
        for file in source.files:
            known.setdefault(file.name, []).extend([file.sha256] if file.sha256 else [])
    try:
        lines = read_regular(os.path.join(folder, ACCEPTED), _LONGEST_LIST).decode().splitlines()
        for line in lines:
            sha256, _, name = line.strip().partition('  ')
            known.setdefault(name, []).append(sha256)
    except (FileNotFoundError, NotADirectoryError):
        pass
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError('the checksums in {} cannot be read ({}): remove that file and fetch the '
                         'model anew'.format(os.path.join(folder, ACCEPTED),
                                             getattr(error, 'strerror', 'it is no text')))
    return known


def _check(path: str, known: Sequence[str], max_bytes: int = LARGEST) -> Checked:
    if not os.path.isfile(path):
        return Checked(path, 'missing')
    sha256 = sha256_of(path, max_bytes)
    return Checked(path, 'unknown' if not known else 'ok' if sha256 in known else 'changed', sha256)
