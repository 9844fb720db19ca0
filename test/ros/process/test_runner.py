"""A node's process ends when it is told to, and its services answer whatever they are asked."""
import threading
import time

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')
from rcl_interfaces.msg import Parameter, ParameterValue  # noqa: E402
from rcl_interfaces.srv import (SetParameters,  # noqa: E402
                                SetParametersAtomically)
from rclpy.executors import SingleThreadedExecutor  # noqa: E402
from rclpy.task import Future  # noqa: E402
from std_srvs.srv import SetBool, Trigger  # noqa: E402

from openpose_ros.ros.process import runner, services  # noqa: E402


class HumblesExecutor(SingleThreadedExecutor):
    """Stands in for Humble's: it looks at the future only when a callback has run."""

    def spin_until_future_complete(self, future, timeout_sec=None):
        while not future.done():
            self.spin_once()


@pytest.fixture
def node(ros):
    """A node as runner.py takes it."""
    node = ros.create_node('runs')
    node.done, node.start, node.end = Future(), lambda: None, lambda: None
    yield node
    node.destroy_node()


@pytest.fixture
def spinning(node, monkeypatch):
    """The thread that runs the node, on an executor like Humble's, and what failed there."""
    monkeypatch.setattr(runner, 'SingleThreadedExecutor', HumblesExecutor)
    failures = []
    thread = threading.Thread(target=runner._spin, args=(node, threading.Event(), failures))
    yield thread, failures
    if not node.done.done():
        node.done.set_result(None)
    thread.join(10.)


def test_humbles_executor_ends_though_nothing_happens(node, spinning):
    thread, failures = spinning
    thread.start()
    time.sleep(.3)      # it is asleep
    node.done.set_result(None)
    thread.join(1.)
    assert not thread.is_alive() and failures == []


def test_a_service_that_raises_says_no_and_the_process_goes_on(ros, node, spinning):
    def impossible(request, response):
        raise RuntimeError('Failed to trigger lifecycle state machine transition')
    node.create_service(SetBool, 'impossible', impossible)
    node.create_service(Trigger, 'possible', lambda request, response: Trigger.Response(
        success=True))
    thread, failures = spinning
    thread.start()
    asker = ros.create_node('asks')

    def ask(kind, name, request):
        client = asker.create_client(kind, name)
        assert client.wait_for_service(10.)
        answer = client.call_async(request)
        ros.spin_until_future_complete(asker, answer, timeout_sec=10.)
        return answer.result()
    assert not ask(SetBool, 'impossible', SetBool.Request()).success
    # A type that there is not; rclpy's own callback raises.
    odd = [Parameter(name='use_sim_time', value=ParameterValue(type=77))] * 2
    results = ask(SetParameters, 'runs/set_parameters', SetParameters.Request(parameters=odd)).results
    assert [result.successful for result in results] == [False, False]
    assert '77' in results[0].reason
    assert not ask(SetParametersAtomically, 'runs/set_parameters_atomically',
                   SetParametersAtomically.Request(parameters=odd)).result.successful
    assert ask(Trigger, 'possible', Trigger.Request()).success
    assert thread.is_alive() and failures == []
    asker.destroy_node()


def test_a_refusal_says_no_in_every_type_of_answer():
    for kind in (SetBool, Trigger):
        assert services._refusal(kind, kind.Request(), 'why').success is False
