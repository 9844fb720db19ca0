"""The newest message of a topic, which stays with the middleware until somebody wants it."""
import threading
from typing import Any, Callable, Dict, Optional

from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.qos import QoSProfile

_PUBLISHERS = 16    # whose messages are counted at a time; who comes after starts that afresh


class Gate(MutuallyExclusiveCallbackGroup):
    """While it is closed the executor neither takes a message nor wakes for one.

    is_open: whether it does.
    """

    is_open = False

    def __init__(self, node) -> None:
        super().__init__()
        self._node = node

    def can_execute(self, entity) -> bool:
        return self.is_open and super().can_execute(entity)

    def beginning_execution(self, entity) -> bool:
        return self.is_open and super().beginning_execution(entity)

    def open(self) -> None:
        """Let the next message, or one that is there already, come by the executor."""
        self.is_open = True
        executor = self._node.executor
        if executor is not None:
            executor.wake()


class Newest:
    """A subscription of depth 1: a message that a newer one replaces is not even copied.

    Whoever wants one calls `take`, from any thread; where none is there, the gate is to be opened,
    and the next one goes to the callback.

    missed: messages that were sent but not taken, since a newer one came before or since they were
    lost on the way, as far as the middleware numbers them (not in Humble).
    """

    def __init__(self, node, message_type: Any, topic: str, qos: QoSProfile, gate: Gate,
                 on_message: Callable[[bytes], bool]) -> None:
        """on_message: called by the executor, serialized; returns whether that was enough."""
        self.missed = 0
        self._node, self._type, self._gate, self._on_message = node, message_type, gate, on_message
        self._lock = threading.Lock()
        self._numbers = {}  # type: Dict[bytes, int]
        self._unnumbered = 0    # messages since the last one that had a number
        self._subscription = node.create_subscription(
            message_type, topic, self._receive, qos, callback_group=gate, raw=True)

    def take(self) -> Optional[bytes]:
        """The newest message since the last one, serialized; None where there is none.

        Only while the gate is closed, or two messages could come out of order.
        """
        with self._lock:
            if self._subscription is None:
                return None
            with self._subscription.handle:
                # As rclpy.wait_for_message does it.
                taken = self._subscription.handle.take_message(self._type, True)
        if taken is None:
            return None
        self._count(taken[1])
        return taken[0]

    def close(self) -> None:
        """Take nothing any more."""
        with self._lock:
            subscription, self._subscription = self._subscription, None
        self._node.destroy_subscription(subscription)

    def _receive(self, data):
        # Before it is given on: whoever gets it may open the gate again at once.
        self._gate.is_open = False
        self._unnumbered += 1       # Humble's executor tells nothing but the message
        if not self._on_message(data):
            self._gate.is_open = True

    def _count(self, info):
        number, publisher = info.get('publication_sequence_number'), info.get('publisher_gid')
        if number is None or publisher is None:
            return
        key = bytes(publisher['data'])
        before = self._numbers.get(key, number)
        if len(self._numbers) > _PUBLISHERS:
            self._numbers.clear()
        self._numbers[key] = number
        self.missed += max(0, number - before - 1 - self._unnumbered)
        self._unnumbered = 0
