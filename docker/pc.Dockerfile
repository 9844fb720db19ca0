# A PC without a GPU: ROS 2 Humble or Jazzy, and TFLite.
#   docker build --file docker/pc.Dockerfile --build-arg ROS_DISTRO=jazzy --tag openpose_ros:pc .
ARG ROS_DISTRO=humble
FROM ros:${ROS_DISTRO}
ARG ROS_DISTRO

SHELL ["/bin/bash", "-o", "pipefail", "-c"]

# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        python3-colcon-common-extensions python3-numpy python3-opencv python3-pip python3-scipy \
        python3-tqdm python3-yaml \
        "ros-$ROS_DISTRO-ament-cmake-python" "ros-$ROS_DISTRO-common-interfaces" \
        "ros-$ROS_DISTRO-cv-bridge" "ros-$ROS_DISTRO-launch-ros" \
        "ros-$ROS_DISTRO-rosidl-default-generators" "ros-$ROS_DISTRO-tf2-ros" \
        "ros-$ROS_DISTRO-v4l2-camera" \
    && rm -rf /var/lib/apt/lists/*

# What Ubuntu does not have (TensorFlow, LiteRT); its own libraries stay as they are.
COPY requirements/runtime.in tools/add_missing.py /opt/openpose_docker/
RUN PIP_BREAK_SYSTEM_PACKAGES=1 PIP_NO_CACHE_DIR=1 \
    python3 /opt/openpose_docker/add_missing.py /opt/openpose_docker/runtime.in

COPY . /opt/openpose_source
WORKDIR /opt/openpose_source
RUN . "/opt/ros/$ROS_DISTRO/setup.bash" \
    && colcon build --merge-install --install-base /opt/openpose_ros \
        --packages-select openpose_ros --event-handlers console_direct+ \
        --cmake-args -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF \
            -DPython3_EXECUTABLE=/usr/bin/python3 -DPYTHON_EXECUTABLE=/usr/bin/python3 \
    && rm -rf build log \
    && cp docker/entrypoint.sh docker/healthcheck.py /opt/openpose_docker/ \
    && chmod -R a+rX /opt/openpose_docker /opt/openpose_ros

# Fast DDS shares memory only among processes of one user: give the host's, --build-arg
# USER_ID=$(id -u). (Ubuntu 24.04's images have a user 1000 already, so two may share the number.)
ARG USER_ID=1000
RUN useradd --uid "$USER_ID" --non-unique --groups video --create-home --no-log-init openpose \
    && install --directory --owner=openpose /models
USER openpose
WORKDIR /home/openpose
VOLUME /models

ENV OPENPOSE_MODEL_DIR=/models \
    ROS_SETUP=/opt/ros/${ROS_DISTRO}/setup.bash
HEALTHCHECK --interval=60s --timeout=30s --start-period=120s --retries=3 \
    CMD ["/opt/openpose_docker/entrypoint.sh", "python3", "/opt/openpose_docker/healthcheck.py"]
ENTRYPOINT ["/opt/openpose_docker/entrypoint.sh"]
CMD ["/opt/openpose_ros/lib/openpose_ros/openpose"]
