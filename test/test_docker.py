"""The files in docker/: they are linted, and name files that exist. No image is built here."""
import glob
import os
import re
import shutil
import subprocess
import sys

import pytest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), '..'))
DOCKER = os.path.join(ROOT, 'docker')
DOCKERFILES = ('tx2.Dockerfile', 'pc.Dockerfile')


def read(*parts):
    with open(os.path.join(ROOT, *parts), encoding='utf-8') as file:
        return file.read()


def instructions(dockerfile):
    """[(instruction, arguments)] with continued lines joined and comments left out."""
    text = re.sub(r'^\s*#.*\n', '', read('docker', dockerfile), flags=re.M)
    lines = text.replace('\\\n', ' ').split('\n')
    return [tuple(line.split(None, 1)) for line in lines if line.strip()]


@pytest.mark.parametrize('dockerfile', DOCKERFILES)
def test_hadolint_finds_nothing(dockerfile):
    beside = os.path.join(os.path.dirname(sys.executable), 'hadolint')
    hadolint = beside if os.path.exists(beside) else shutil.which('hadolint')
    if hadolint is None:
        pytest.skip('hadolint is not installed')
    result = subprocess.run(
        [hadolint, '--no-color', '--failure-threshold', 'warning',
         os.path.join(DOCKER, dockerfile)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert result.returncode == 0, result.stdout.decode()


@pytest.mark.parametrize('dockerfile', DOCKERFILES)
def test_what_is_copied_exists_and_gets_into_the_build(dockerfile):
    let_in = re.findall(r'^!(.+)$', read('.dockerignore'), re.M)
    copied = [source for name, arguments in instructions(dockerfile) if name == 'COPY'
              for source in arguments.split()[:-1]]
    assert copied
    for source in copied:
        assert glob.glob(os.path.join(ROOT, source))
        assert source == '.' or source.split('/')[0] in let_in


def test_the_build_gets_all_that_cmake_installs():
    let_in = re.findall(r'^!(.+)$', read('.dockerignore'), re.M)
    needed = {'CMakeLists.txt', 'package.xml', 'msg', 'openpose_ros', 'tools', 'launch', 'config',
              'examples', 'docker'}
    assert needed <= set(let_in)


@pytest.mark.parametrize('dockerfile', DOCKERFILES)
def test_the_node_runs_as_a_user_of_the_group_video(dockerfile):
    users = [arguments for name, arguments in instructions(dockerfile) if name == 'USER']
    assert users == ['openpose']
    assert '--groups video' in read('docker', dockerfile)


def test_the_tx2_gets_no_ros_by_apt():
    for name, arguments in instructions('tx2.Dockerfile'):
        for command in arguments.split('&&'):
            assert not ('apt-get install' in command and 'ros-' in command), command


def test_the_tx2_s_libraries_are_pinned_with_their_checksums():
    pip_installs = [command for name, arguments in instructions('tx2.Dockerfile') if name == 'RUN'
                    for command in arguments.split('&&') if 'pip install' in command]
    assert len(pip_installs) == 4
    for command in pip_installs:
        assert '--require-hashes' in command or '"$TENSORFLOW"' in command, command


@pytest.mark.parametrize('script', ['entrypoint.sh', 'healthcheck.py'])
def test_the_scripts_can_be_run_and_are_where_the_images_look(script):
    assert os.access(os.path.join(DOCKER, script), os.X_OK)
    for dockerfile in DOCKERFILES:
        assert '/opt/openpose_docker/' + script in read('docker', dockerfile)


def test_the_entrypoint_is_shell():
    subprocess.check_call(['bash', '-n', os.path.join(DOCKER, 'entrypoint.sh')])


def test_compose_names_files_that_exist():
    yaml = pytest.importorskip('yaml')
    services = yaml.safe_load(read('docker', 'compose.yaml'))['services']
    for service in services.values():
        assert service['network_mode'] == 'host' and service['ipc'] == 'host'
        if 'build' in service:
            context = os.path.join(DOCKER, service['build']['context'])
            assert os.path.exists(os.path.join(context, service['build']['dockerfile']))
        for argument in service.get('command', []):
            installed = re.match(r'/opt/openpose_ros/share/openpose_ros/(.+)', argument)
            assert not installed or os.path.exists(os.path.join(ROOT, installed.group(1)))
    assert services['openpose']['runtime'] == 'nvidia'
    assert services['camera']['devices'] == ['/dev/video0:/dev/video0']
