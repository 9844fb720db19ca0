"""What our lifecycle nodes have in common: they start by themselves, the process ends with them."""
import traceback
from typing import Any, Dict, Iterable, Tuple

from rclpy.clock import Clock, ClockType
from rclpy.lifecycle import LifecycleNode, TransitionCallbackReturn
from rcl_interfaces.msg import ParameterDescriptor
from rclpy.exceptions import InvalidParameterTypeException, InvalidParameterValueException
from rclpy.task import Future

_FAREWELL = .3   # s from the transition shutdown to the process's end, for its answer to get out


class ProcessNode(LifecycleNode):
    """A lifecycle node for runner.run; it has a parameter autostart.

    done: completes when the node has been shut down. expected: errors of configuring whose message
    is one line that says what to do.
    """

    expected = (ValueError,)

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.done = Future()
        self._is_shut_down = False

    def start(self) -> None:
        """Configure and activate, unless the parameter autostart says no."""
        if self.get_parameter('autostart').value:
            if self.trigger_configure() == TransitionCallbackReturn.SUCCESS:
                self.trigger_activate()

    def end(self) -> None:
        """Shut down, unless that has been done, and go."""
        if not self._is_shut_down:
            self.trigger_shutdown()
        self._forget()
        self.destroy_node()

    def on_configure(self, state) -> TransitionCallbackReturn:
        """Configure; what is wrong is logged, in a line where it was to be expected."""
        try:
            self._configure()
        except self.expected as error:
            return self._unconfigured(error)
        except Exception:   # rclpy would swallow it
            return self._unconfigured(traceback.format_exc())
        return TransitionCallbackReturn.SUCCESS

    def _unconfigured(self, why):
        self.get_logger().error('cannot be configured: {}'.format(why))
        self._forget()
        return TransitionCallbackReturn.FAILURE

    def on_shutdown(self, state) -> TransitionCallbackReturn:
        """Stop, in whatever state, and end the process."""
        self._stop()
        self._is_shut_down = True
        # Of a steady clock, for simulated time may stand still.
        self.create_timer(_FAREWELL, lambda: self.done.done() or self.done.set_result(None),
                          clock=Clock(clock_type=ClockType.STEADY_TIME))
        return TransitionCallbackReturn.SUCCESS

    def on_error(self, state) -> TransitionCallbackReturn:
        """Back to unconfigured after a transition that failed."""
        self._stop()
        self._forget()
        return TransitionCallbackReturn.SUCCESS

    def _configure(self) -> None:
        """Get ready; raises what `expected` has, or anything."""
        raise NotImplementedError

    def _stop(self) -> None:
        """Undo what activating did; harmless where nothing is to be undone."""
        raise NotImplementedError

    def _forget(self) -> None:
        """Undo what configuring did; harmless where nothing is to be undone."""
        raise NotImplementedError


def declare(node, parameters: Iterable[Tuple[str, Any, ParameterDescriptor]]) -> Dict[str, str]:
    """Declare parameters, (name, default, descriptor) each.

    Returns what is wrong with the given values, {name: line}; those parameters have their default.
    """
    refused = {}
    for name, default, descriptor in parameters:
        try:
            node.declare_parameter(name, default, descriptor)
        except (InvalidParameterTypeException, InvalidParameterValueException) as error:
            refused[name] = 'parameter {}: {}'.format(name, ' '.join(str(error).split()))
            node.declare_parameter(name, default, descriptor, ignore_override=True)
    return refused
