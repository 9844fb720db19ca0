"""Fetching from a server that goes wrong in every way, and checking what lies on the disk."""
import hashlib
import http.server
import os
import threading

import pytest

from openpose_ros.network.errors import ModelError
from openpose_ros.network.models import catalogue, download, fetch
from openpose_ros.network.models.catalogue import File, Model, Source

DATA = bytes(range(256)) * 1000
SHA256 = hashlib.sha256(DATA).hexdigest()
PAGE = b'<!DOCTYPE html><html>404: we moved</html>'


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers as the first part of the path says."""

    def do_GET(self):
        how = self.path.strip('/').split('/')[0]
        self.server.ranges.append(self.headers.get('Range'))
        start = 0
        if how == 'missing':
            return self.send_error(404)
        body = PAGE if how == 'page' else b'other' + DATA if how == 'other' else DATA
        if how == 'whole' and self.headers.get('Range'):
            start = int(self.headers['Range'].split('=')[1].rstrip('-'))
            if start >= len(body):
                return self.send_error(416)
        self.send_response(206 if start else 200)
        if how != 'no_length':
            self.send_header('Content-Length', str(len(body) - start))
        self.end_headers()
        self.wfile.write(body[start:len(body) // 2] if how == 'cut' else body[start:])

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    server = http.server.HTTPServer(('127.0.0.1', 0), Handler)
    server.ranges = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def model_at(server, *ways, sha256=SHA256):
    """A model whose sources are these ways of this server's to answer."""
    return Model('made_up', 'graph.pb', tuple(
        Source(way, (File('graph.pb', 'http://127.0.0.1:{}/{}/graph.pb'.format(
            server.server_port, way), sha256, len(DATA)),)) for way in ways))


def files_in(folder):
    return sorted(name for _, _, names in os.walk(str(folder)) for name in names)


def test_a_file_is_fetched_once(server, tmp_path):
    model = model_at(server, 'whole')
    path = fetch.fetch(model, str(tmp_path))
    with open(path, 'rb') as file:
        assert file.read() == DATA
    assert fetch.fetch(model, str(tmp_path)) == path
    assert len(server.ranges) == 1 and files_in(tmp_path) == ['graph.pb']


@pytest.mark.parametrize('way', ['whole', 'no_length'])
def test_the_next_source_is_taken_when_one_fails(server, tmp_path, way):
    path = fetch.fetch(model_at(server, 'missing', 'page', 'cut', way), str(tmp_path))
    assert hashlib.sha256(open(path, 'rb').read()).hexdigest() == SHA256


@pytest.mark.parametrize('way, said', [
    ('missing', '404'), ('page', 'is a web page'), ('other', 'is not the file it should be'),
    ('cut', 'broke off after 128,000 of 256,000 bytes')])
def test_a_failure_is_one_line_that_names_the_path_and_leaves_nothing_whole(
        server, tmp_path, way, said):
    with pytest.raises(ModelError) as error:
        fetch.fetch(model_at(server, way), str(tmp_path))
    message = str(error.value)
    assert said in message and '\n' not in message
    assert str(tmp_path / 'made_up' / 'graph.pb') in message and SHA256 in message
    assert 'graph.pb' not in files_in(tmp_path)


def test_no_network_is_one_line_that_names_the_path(server, tmp_path):
    model = model_at(server, 'whole')
    server.shutdown()
    server.server_close()
    with pytest.raises(ModelError, match='refused.*put it there yourself: .*graph.pb'):
        fetch.fetch(model, str(tmp_path))
    assert files_in(tmp_path) == []


def test_a_broken_off_fetch_goes_on_where_it_stopped(server, tmp_path):
    with pytest.raises(ModelError):
        fetch.fetch(model_at(server, 'cut'), str(tmp_path))
    fetch.fetch(model_at(server, 'whole'), str(tmp_path))
    assert server.ranges == [None, 'bytes=128000-'] and files_in(tmp_path) == ['graph.pb']


@pytest.mark.parametrize('way', ['whole', 'no_length'])
def test_a_wrong_beginning_does_not_stay(server, tmp_path, way):
    model = model_at(server, way)
    folder = tmp_path / 'made_up'
    folder.mkdir()
    (folder / 'graph.pb.{}.part'.format(SHA256[:8])).write_bytes(b'x' * 300000)
    try:
        fetch.fetch(model, str(tmp_path))
    except ModelError:   # what was there was longer than the file: it is gone now
        fetch.fetch(model, str(tmp_path))
    assert fetch.verify(model, str(tmp_path))[0].state == 'ok'


def test_a_file_without_known_checksum_needs_consent_once(server, tmp_path):
    model = model_at(server, 'whole', sha256=None)
    with pytest.raises(ModelError, match='not accepted'):
        fetch.fetch(model, str(tmp_path))
    asked = []
    fetch.fetch(model, str(tmp_path), lambda *arrived: asked.append(arrived) or True)
    fetch.fetch(model, str(tmp_path), lambda *arrived: pytest.fail('asked again'))
    (name, origin, sha256, size), = asked
    assert (name, sha256, size) == ('graph.pb', SHA256, len(DATA)) and '/whole/' in origin
    assert fetch.verify(model, str(tmp_path))[0].state == 'ok'


def test_a_changed_file_is_found_and_fetched_again(server, tmp_path):
    model = model_at(server, 'whole')
    path = fetch.fetch(model, str(tmp_path))
    with open(path, 'r+b') as file:
        file.write(b'damage')
    assert fetch.verify(model, str(tmp_path))[0].state == 'changed'
    with pytest.raises(ModelError, match='damaged'):
        fetch.checked_graph(model, str(tmp_path))
    fetch.fetch(model, str(tmp_path))
    assert fetch.checked_graph(model, str(tmp_path)) == (path, SHA256)


def test_files_given_by_hand_are_checked_the_same_way(server, tmp_path):
    given = tmp_path / 'another_name.pb'
    given.write_bytes(DATA)
    model = model_at(server, 'missing')
    path = fetch.take(model, [str(given)], str(tmp_path / 'models'))
    assert fetch.checked_graph(model, str(tmp_path / 'models')) == (path, SHA256)
    given.write_bytes(PAGE)
    with pytest.raises(ModelError, match='is a web page'):
        fetch.take(model, [str(given)], str(tmp_path / 'others'))
    with pytest.raises(ModelError, match='no file of made_up, which has graph.pb'):
        fetch.take(model, [str(tmp_path / 'graph.caffemodel')], str(tmp_path / 'others'))
    assert server.ranges == []


def test_a_model_that_cannot_be_fetched_says_where_to_put_it(tmp_path):
    with pytest.raises(ModelError, match='put its graph at .*openpose_coco/graph_opt.pb'):
        fetch.fetch(catalogue.find('openpose_coco'), str(tmp_path))


def test_a_missing_model_says_how_to_get_it(tmp_path):
    with pytest.raises(ModelError, match='openpose models fetch mobilenet_thin, or put it at'):
        fetch.checked_graph(catalogue.find('mobilenet_thin'), str(tmp_path))
    with pytest.raises(ModelError, match='there is no model .*mine.pb'):
        fetch.checked_graph(catalogue.find(str(tmp_path / 'mine.pb')))


def test_where_models_lie(monkeypatch):
    monkeypatch.delenv('OPENPOSE_MODEL_DIR', raising=False)
    monkeypatch.setenv('XDG_CACHE_HOME', '/cache')
    assert fetch.models_folder() == '/cache/openpose_ros'
    monkeypatch.setenv('OPENPOSE_MODEL_DIR', '/models')
    assert fetch.models_folder() == '/models'
    assert fetch.models_folder('/mine') == '/mine'
    monkeypatch.delenv('OPENPOSE_MODEL_DIR')
    monkeypatch.delenv('XDG_CACHE_HOME')
    assert fetch.models_folder() == os.path.expanduser('~/.cache/openpose_ros')


def test_a_folder_that_cannot_be_written_is_one_line(server, tmp_path):
    (tmp_path / 'made_up').write_bytes(b'a file in the way')
    with pytest.raises(ModelError, match='cannot make the folder'):
        fetch.fetch(model_at(server, 'whole'), str(tmp_path))


def test_the_default_model_comes_from_where_the_catalogue_says(tmp_path):
    model = catalogue.find(catalogue.DEFAULT)
    try:
        fetch.fetch(model, str(tmp_path))
    except ModelError as error:
        pytest.skip('no source can be reached: {}'.format(error))
    assert [checked.state for checked in fetch.verify(model, str(tmp_path))] == ['ok']


def test_checksums_that_cannot_be_read(tmp_path):
    model = catalogue.find('openpose_coco')
    folder = tmp_path / model.name
    folder.mkdir()
    (folder / model.graph).write_bytes(b'graph')
    (folder / fetch.ACCEPTED).write_bytes(b'\xff\xfe no text')
    with pytest.raises(ModelError, match='it is no text'):
        fetch.checked_graph(model, str(tmp_path))


def test_a_server_that_does_not_end_is_left(server, tmp_path, monkeypatch):
    monkeypatch.setattr(download, 'LARGEST', 1 << 17)
    with pytest.raises(ModelError, match='it sends more than 131,072 bytes'):
        fetch.fetch(model_at(server, 'no_length'), str(tmp_path))
    assert files_in(tmp_path) == []


def test_a_pipe_is_not_taken(server, tmp_path):
    os.mkfifo(str(tmp_path / 'pipe.pb'))
    with pytest.raises(ModelError, match='it is no file'):
        fetch.take(model_at(server, 'whole'), [str(tmp_path / 'pipe.pb')], str(tmp_path / 'models'))
