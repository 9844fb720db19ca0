"""A finding of the audit fails, a list that is out of reach is skipped, and they are told apart."""
import importlib.util
import json
import os

import pytest

PATH = os.path.join(os.path.dirname(__file__), '..', '..', 'tools', 'audit.py')


@pytest.fixture
def audit():
    spec = importlib.util.spec_from_file_location('audit', PATH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def answer(*vulnerabilities):
    return json.dumps({'dependencies': [
        {'name': 'numpy', 'version': '1.0', 'vulns': [{'id': name} for name in vulnerabilities]},
        {'name': 'scipy', 'version': '2.0', 'vulns': []}], 'fixes': []})


OFFLINE = ('Traceback (most recent call last):\n  File "x"\nrequests.exceptions.ConnectionError: '
           'HTTPSConnectionPool(host=...): Failed to resolve\n')


@pytest.mark.parametrize('returncode, output, errors, outcome, said', [
    (0, answer(), '', 'ok', '2 dependencies'),
    (1, answer('CVE-1', 'CVE-2'), 'Found 2', 'found', 'numpy 1.0: CVE-1, CVE-2'),
    (1, '', OFFLINE, 'skipped', 'Failed to resolve'),
    (1, '', 'ERROR:pip_audit._cli: hash missing for x: not a ConnectionError\n', 'failed', 'hash'),
    (2, '', '', 'failed', 'nothing'),
    (1, answer(), '', 'failed', 'ended with 1'),
    (0, json.dumps({'dependencies': []}), '', 'failed', '0 dependencies'),
    (0, '[]', '', 'failed', 'nothing')])
def test_what_comes_of_a_run(audit, returncode, output, errors, outcome, said):
    found, lines = audit.judge(returncode, output, errors)
    assert found == outcome
    assert said in lines[0]


@pytest.mark.parametrize('runs, code', [
    ([(0, answer(), '')] * 2, 0), ([(1, '', OFFLINE)] * 2, 0),
    ([(1, answer('CVE-1'), ''), (1, '', OFFLINE)], 1), ([(1, '', 'no such file')] * 2, 1)])
def test_the_exit_code(audit, monkeypatch, runs, code):
    results = iter(runs)

    class Result:
        def __init__(self, path):
            self.returncode, self.stdout, self.stderr = next(results)
    monkeypatch.setattr(audit, 'audit', Result)
    assert audit.main(['a.txt', 'b.txt']) == code
