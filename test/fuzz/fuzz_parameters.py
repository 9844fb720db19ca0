"""Parameters of the right type and any value: what is wrong is said, what is not works."""
from check import one_line
from draw import Draw

from openpose_ros import approach, perception, tracking
from openpose_ros.network import ModelError
from openpose_ros.network.models import catalogue
from openpose_ros.network.models.fetch import checked_graph
from openpose_ros.ros.node import parameters
from openpose_ros.ros.outputs.approach_goal import approach_settings


def value(draw, parameter):
    """Any value of the parameter's type, within the range that rclpy holds it to."""
    kind = type(parameter.default)
    if kind is bool:
        return draw.flag()
    if kind is str:
        return draw.choice(parameter.choices) if parameter.choices and draw.flag() else (
            draw.text(255))
    if kind is list:
        return [draw.number() for _ in range(draw.choice((0, 1, 2, 3, 9, 5000)))]
    number = draw.number() if kind is float else draw.integer(-2 ** 31, 2 ** 32)
    if parameter.low is not None and not parameter.low <= number <= parameter.high:
        return parameter.default
    return number


def target(data: bytes) -> None:
    draw = Draw(data)
    values = {parameter.name: parameter.default for parameter in parameters.PARAMETERS}
    for _ in range(draw.integer(1, 6)):
        parameter = draw.choice(parameters.PARAMETERS)
        values[parameter.name] = value(draw, parameter)
    wrong = parameters.problems(values)
    for line in wrong:
        one_line(ValueError(line))
    if wrong:
        return
    assert isinstance(parameters.perception_settings(values), perception.Settings)
    assert isinstance(parameters.tracking_settings(values), tracking.Settings)
    assert isinstance(approach_settings(values), approach.Settings)
    assert len(values['scales']) <= 64 and values['id_prefix'].isidentifier() or not (
        values['publish_hri'])
    assert all(letter.isalnum() or letter == '_' for letter in values['id_prefix'])
    try:
        checked_graph(catalogue.find(values['model']), values['model_dir'] or None)
    except ModelError as error:
        one_line(error)


def seeds():
    for number in range(len(parameters.PARAMETERS)):
        yield bytes((0, number, 0, 9)) + b'/tmp/a\nb.pb'
        yield bytes((0, number, 4)) + bytes(range(60))
