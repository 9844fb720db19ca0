"""The process around the node: it ends when it is told to, whatever the node is doing.

The node runs on a thread of its own, so that signals are heard even while a network is loaded,
which nothing can interrupt.
"""
import os
import signal
import sys
import threading
import traceback
from typing import Callable

import rclpy
from rclpy.executors import ExternalShutdownException, SingleThreadedExecutor
from rclpy.signals import SignalHandlerOptions

from openpose_ros.ros import networks, transport

_PATIENCE = 1.5     # s; a node that has not ended by then is left as it is


def run(make_node: Callable) -> int:
    """Run a node until SIGINT, SIGTERM or the end of its `done`; returns the exit code.

    make_node: makes the node, which also has start() and end(). The process ends within 2 s of a
    signal.
    """
    asked = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked.set())
    transport.carry_pictures(transport.MESSAGES)
    used = networks.up()
    rclpy.init(signal_handler_options=SignalHandlerOptions.NO)
    node = make_node()
    networks.Watch(node, used)
    crashed = []
    thread = threading.Thread(target=_spin, args=(node, asked, crashed), name='executor',
                              daemon=True)
    thread.start()
    asked.wait()
    if not node.done.done():
        node.done.set_result(None)
    thread.join(_PATIENCE)
    sys.stdout.flush()
    sys.stderr.flush()
    if thread.is_alive():
        os._exit(0)
    rclpy.try_shutdown()
    return 1 if crashed else 0


def _spin(node, asked, crashed):
    executor = SingleThreadedExecutor()
    executor.add_node(node)
    try:
        node.start()
        executor.spin_until_future_complete(node.done)
        executor.remove_node(node)
        node.end()
    except ExternalShutdownException:
        pass
    except Exception:
        traceback.print_exc()
        crashed.append(True)
    finally:
        asked.set()
