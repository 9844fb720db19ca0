"""Services that answer whatever they are asked.

Up to Jazzy, rclpy ends the process when a service's callback raises, and its own do: a lifecycle
transition that is impossible in the present state, a parameter of a type that there is not.
"""
from typing import Any, Callable

from rcl_interfaces.msg import SetParametersResult
from rcl_interfaces.srv import SetParameters, SetParametersAtomically


def guard(node) -> None:
    """Let every service that the node has now refuse what its callback raises at, with a line."""
    for service in node.services:
        service.callback = _guarded(service.callback, service.srv_type, service.srv_name, node)


def _guarded(callback: Callable, service_type: Any, name: str, node) -> Callable:
    def answer(request, response):
        try:
            return callback(request, response)
        except Exception as error:   # it would end the process
            reason = ' '.join(str(error).split()) or repr(error)
            node.get_logger().error('{} was refused: {}'.format(name, reason[:300]))
            return _refusal(service_type, request, reason)
    return answer


def _refusal(service_type, request, reason):
    """The answer that says no, as far as this type of service can say it."""
    response = service_type.Response()
    no = SetParametersResult(successful=False, reason=reason)
    if service_type is SetParameters:
        response.results = [no] * len(request.parameters)
    elif service_type is SetParametersAtomically:
        response.result = no
    elif hasattr(response, 'success'):
        response.success = False
    return response
