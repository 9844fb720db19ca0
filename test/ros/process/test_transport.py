"""The transport that carries images is set unless the user has chosen."""
import pytest

from openpose_ros.ros.process import transport


@pytest.mark.parametrize('given', [{}, {'RMW_IMPLEMENTATION': 'rmw_fastrtps_cpp'}])
def test_fast_dds_gets_room_for_images(given):
    assert transport.environment(given) == {transport.VARIABLE: 'DEFAULT?sockets_size=16MB'}


@pytest.mark.parametrize('given', [
    {'FASTDDS_BUILTIN_TRANSPORTS': 'LARGE_DATA'},
    {'FASTDDS_DEFAULT_PROFILES_FILE': '/etc/dds.xml'},
    {'RMW_IMPLEMENTATION': 'rmw_cyclonedds_cpp'},
    {'RMW_IMPLEMENTATION': 'rmw_zenoh_cpp'}])
def test_what_the_user_chose_stays(given):
    assert transport.environment(given) == {}
