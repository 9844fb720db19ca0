"""tools/environment.sh where a ROS 2 is sourced: here a stand-in, with libraries as small as can be.

What is real: the script, venv, pip and its choice of versions. PyPI is a folder of wheels.
"""
import os
import shutil
import subprocess
import sys
import zipfile

import pytest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), '..', '..'))
SCRIPTS = ('environment.sh', 'add_missing.py')

pytestmark = pytest.mark.skipif(shutil.which('make') is None or shutil.which('g++') is None,
                                reason='there is no make or no g++')


def metadata(name, version, needs):
    return ('Metadata-Version: 2.1\nName: {}\nVersion: {}\n'.format(name, version)
            + ''.join('Requires-Dist: {}\n'.format(need) for need in needs))


def wheel(folder, name, version, needs=()):
    """A wheel with a module that knows its version."""
    info = '{}-{}.dist-info/'.format(name, version)
    with zipfile.ZipFile(str(folder / '{}-{}-py3-none-any.whl'.format(name, version)),
                         'w') as archive:
        archive.writestr(name + '.py', "__version__ = '{}'\n".format(version))
        archive.writestr(info + 'METADATA', metadata(name, version, needs))
        archive.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\nGenerator: test\n'
                         'Root-Is-Purelib: true\nTag: py3-none-any\n')
        archive.writestr(info + 'RECORD', '')


@pytest.fixture
def sourced(tmp_path):
    """The environment of a machine with a ROS 2 whose OpenCV needs NumPy 1, and its project."""
    distribution, index, project = (tmp_path / name for name in ('ros', 'index', 'a project'))
    for folder in (distribution, index, project, project / 'requirements', project / 'tools'):
        folder.mkdir()
    wheel(distribution, 'numpy', '1.21.5')
    for path in distribution.glob('*.whl'):
        with zipfile.ZipFile(str(path)) as archive:
            archive.extractall(str(distribution))
    wheel(index, 'numpy', '2.2.6')
    wheel(index, 'network', '1.0', ['numpy<2'])
    wheel(index, 'network', '2.0', ['numpy>=2'])
    wheel(index, 'later', '1.0')
    (project / 'requirements' / 'runtime.in').write_text(
        '# libraries\nnumpy<2.5\nnetwork\nparent.child<2 ; python_version < "3"\n'
        'later ; python_version >= "3"\n')
    (project / 'requirements' / 'test.in').write_text('')
    for script in SCRIPTS:
        shutil.copy(os.path.join(ROOT, 'tools', script), str(project / 'tools'))
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith(('PIP_', 'VIRTUAL_ENV', 'PYTHON'))}
    environment.update(ROS_DISTRO='humble', PYTHONPATH=str(distribution), PYTHON=sys.executable,
                       PIP_NO_INDEX='1', PIP_FIND_LINKS=str(index), PIP_CONFIG_FILE=os.devnull)
    return environment, project


@pytest.mark.skipif(sys.version_info < (3, 8), reason='pip of Python 3.6 is replaced first, by '
                    'one from PyPI, which this test does without')
def test_it_adds_what_is_missing_and_leaves_the_distribution_s_numpy(sourced):
    environment, project = sourced
    result = subprocess.run([str(project / 'tools' / 'environment.sh')], env=environment,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300.)
    printed = result.stdout.decode()
    assert result.returncode == 0 and 'Traceback' not in printed, printed
    versions = subprocess.check_output(
        [str(project / '.venv' / 'bin' / 'python'), '-c',
         'import later, network, numpy; print(numpy.__version__, network.__version__)'],
        env=environment, cwd=str(project)).decode().split()
    assert versions == ['1.21.5', '1.0']


def test_a_part_of_a_package_that_is_missing_is_missing():
    sys.path.insert(0, os.path.join(ROOT, 'tools'))
    import add_missing
    sys.path.pop(0)
    assert not add_missing.is_there('no_such_parent.child<1.3')
    assert add_missing.is_there('os.path') and add_missing.is_there('pytest>=1')
