"""The process around a node: it ends when it is told to, whatever the node is doing.

The node runs on a thread of its own, so that signals are heard even while a network is loaded,
which nothing can interrupt. rclpy's own way with signals is not used: on SIGTERM it wakes the
executor before it ends the context, so on a busy machine the executor sometimes goes to sleep
again, for good.
"""
import os
import signal
import sys
import threading
from typing import Callable, Optional

import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions

from openpose_ros import heap
from openpose_ros.ros.process import ip_networks, services, sockets, transport


def run(make_node: Callable, room: int = transport.IMAGES,
        patience: Optional[float] = None) -> None:
    """Run a node until SIGINT, SIGTERM or the end of its `done`; raises what ended it otherwise.

    make_node: makes the node, which also has start() and end(). room: see transport.py, MB.
    patience: s; a node that has not ended by then is left as it is, and the process ends at once.
    """
    asked = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked.set())
    heap.reuse()
    chosen = transport.carry_images(room)
    used = ip_networks.up()
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    try:
        node = make_node()
        node.get_logger().info(chosen)
        ip_networks.Watch(node, used)
        sockets.Watch(node)
        failures = []
        thread = threading.Thread(target=_spin, args=(node, asked, failures), name='executor',
                                  daemon=True)
        thread.start()
        asked.wait()
        if not node.done.done():
            node.done.set_result(None)
        thread.join(patience)
        sys.stdout.flush()
        sys.stderr.flush()
        if thread.is_alive():
            os._exit(0)
        if failures:
            raise failures[0]
    finally:
        rclpy.try_shutdown()


def _spin(node, asked, failures):
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    services.guard(node)
    # Humble's executor looks whether `done` is done only when some callback has run.
    node.done.add_done_callback(lambda _: executor.create_task(lambda: None))
    try:
        node.start()
        executor.spin_until_future_complete(node.done)
        executor.remove_node(node)
        node.end()
    except ExternalShutdownException:
        pass
    except Exception as error:
        failures.append(error)
    finally:
        asked.set()
