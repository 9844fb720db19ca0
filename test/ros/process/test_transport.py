"""The transport that carries images is set by what is installed, unless the user has chosen."""
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
pytest.importorskip('openpose_ros.msg', reason='the messages are not built: make build')
from openpose_ros.ros.process import transport  # noqa: E402

CONFIG = os.path.abspath(os.path.join(os.path.dirname(__file__), '..', '..', '..', 'config'))
OPTION = {transport.VARIABLE: 'DEFAULT?sockets_size=16MB'}


def choose(given, **options):
    return transport.choose(given, config=CONFIG, **options)


def installed(folder, library):
    """The environment of a ROS 2 with this library of Fast DDS."""
    (folder / 'lib').mkdir()
    (folder / 'lib' / library).write_bytes(b'')
    return {'AMENT_PREFIX_PATH': str(folder)}


@pytest.mark.parametrize('given', [{}, {'RMW_IMPLEMENTATION': 'rmw_fastrtps_cpp'}])
def test_fast_dds_gets_room_for_images(given):
    assert choose(given).variables == OPTION


@pytest.mark.parametrize('library, version', [
    ('libfastdds.so.3.2.2', '3.2.2'), ('libfastrtps.so.2.14.0', '2.14.0')])
def test_a_new_fast_dds_takes_it_as_an_option(tmp_path, library, version):
    choice = choose(installed(tmp_path, library))
    assert choice.variables == OPTION
    assert 'Fast DDS ' + version in choice.said and 'sockets_size=16MB' in choice.said


@pytest.mark.parametrize('library', ['libfastrtps.so.2.6.7', 'libfastrtps.so.2.10.3'])
@pytest.mark.parametrize('room', [transport.IMAGES, transport.MESSAGES])
def test_an_old_one_takes_it_from_a_file(tmp_path, library, room):
    choice = choose(installed(tmp_path, library), room=room)
    (name, path), = choice.variables.items()
    assert name == 'FASTRTPS_DEFAULT_PROFILES_FILE' and path in choice.said
    sizes = {element.tag.split('}')[1]: int(element.text)
             for element in ElementTree.parse(path).iter() if element.tag.endswith(('Size', 'size'))}
    assert sizes == dict.fromkeys(('segment_size', 'sendBufferSize', 'receiveBufferSize'),
                                  room * 2 ** 20)


def test_where_that_file_is_missing_it_says_so(tmp_path):
    choice = transport.choose(installed(tmp_path, 'libfastrtps.so.2.6.7'), config=str(tmp_path))
    assert choice.variables == {} and 'fastdds_16mb.xml' in choice.said


def test_cyclone_asks_for_room_in_its_sockets():
    choice = choose({'RMW_IMPLEMENTATION': 'rmw_cyclonedds_cpp'})
    assert choice.variables == {
        'CYCLONEDDS_URI': '<CycloneDDS><Domain id="any"><Internal><SocketReceiveBufferSize '
                          'max="4194304B"/></Internal></Domain></CycloneDDS>'}
    assert choose({}, middleware='rmw_cyclonedds_cpp') == choice
    ElementTree.fromstring(choice.variables['CYCLONEDDS_URI'])


@pytest.mark.parametrize('given', [
    {'FASTDDS_BUILTIN_TRANSPORTS': 'LARGE_DATA'},
    {'FASTDDS_DEFAULT_PROFILES_FILE': '/etc/dds.xml'},
    {'RMW_IMPLEMENTATION': 'rmw_cyclonedds_cpp', 'CYCLONEDDS_URI': 'file:///etc/cyclone.xml'},
    {'RMW_IMPLEMENTATION': 'rmw_zenoh_cpp'}])
def test_what_the_user_chose_stays_and_is_said(given):
    choice = choose(given)
    assert choice.variables == {}
    assert list(given.values())[-1] in choice.said


def test_the_fast_dds_that_is_here_is_known():
    if 'fastrtps' not in transport.carry_images():
        version = transport.fast_dds_version(os.environ)
        if version is None:
            pytest.skip('this ROS 2 has no Fast DDS')
        assert version > (2, 0)


SEGMENTS = '''
import glob, os, rclpy
rclpy.init()
node = rclpy.create_node('sender')
maps = {line.split()[-1] for line in open('/proc/self/maps') if '/dev/shm/fast' in line}
print(max(os.path.getsize(path) for path in maps if os.path.exists(path)))
'''


@pytest.mark.parametrize('room', [transport.IMAGES, transport.MESSAGES])
def test_fast_dds_takes_the_file_as_it_is_meant(room):
    """Here by the name that newer ones have for the variable; the format is the same."""
    from rclpy.utilities import get_rmw_implementation_identifier
    if 'fastrtps' not in get_rmw_implementation_identifier():
        pytest.skip('the middleware is not Fast DDS')
    path = os.path.join(CONFIG, transport.profiles_file(room))
    environment = dict(os.environ, FASTDDS_DEFAULT_PROFILES_FILE=path,
                       FASTRTPS_DEFAULT_PROFILES_FILE=path)
    environment.pop(transport.VARIABLE, None)
    # Whoever is discovered has their segment mapped here, too.
    environment['ROS_AUTOMATIC_DISCOVERY_RANGE'] = 'OFF'
    printed = subprocess.check_output([sys.executable, '-c', SEGMENTS], env=environment,
                                      stderr=subprocess.STDOUT, timeout=60.).decode()
    assert room * 2 ** 20 <= int(printed.splitlines()[-1]) < (room + 1) * 2 ** 20, printed
