# A Jetson TX2 with JetPack 4.6 (L4T r32.7): ROS 2 Humble and NVIDIA's TensorFlow on Python 3.6.
# docs/tx2.md says how it is built and run, and what could not be tried without a TX2.
FROM dustynv/ros:humble-ros-base-l4t-r32.7.1

SHELL ["/bin/bash", "-o", "pipefail", "-c"]

# CycloneDDS asks for room for images in its sockets, in every process of this image; it gets what the
# host's kernel allows (docs/tx2.md, step 3).
ENV CYCLONEDDS_URI="<CycloneDDS><Domain id=\"any\"><Internal><SocketReceiveBufferSize max=\"4194304B\"/></Internal></Domain></CycloneDDS>"

# OpenBLAS takes the TX2's cores for others and dies of an illegal instruction. TensorFlow's own
# messages below errors would bury the node's.
ENV OPENBLAS_CORETYPE=ARMV8 \
    TF_CPP_MIN_LOG_LEVEL=2 \
    TF_FORCE_GPU_ALLOW_GROWTH=true

# h5py is built here. The image's list of ROS debs goes first: its key has expired, which stops apt,
# and a ROS deb would bring an OpenCV without CUDA.
# hadolint ignore=DL3008
RUN rm -f /etc/apt/sources.list.d/ros*.list \
    && apt-get update \
    && apt-get install --yes --no-install-recommends libhdf5-dev pkg-config \
    && rm -rf /var/lib/apt/lists/*

COPY docker/tx2-*requirements.txt /opt/openpose_docker/
RUN python3 -m pip install --no-cache-dir --require-hashes \
        --requirement /opt/openpose_docker/tx2-build-requirements.txt \
    && H5PY_SETUP_REQUIRES=0 python3 -m pip install --no-cache-dir --no-build-isolation --no-deps \
        --ignore-installed --require-hashes \
        --requirement /opt/openpose_docker/tx2-h5py-requirements.txt \
    && python3 -m pip install --no-cache-dir --no-deps --ignore-installed --require-hashes \
        --requirement /opt/openpose_docker/tx2-requirements.txt

# Without its dependencies: they are all above, and one that it may name has no wheel for aarch64.
# NVIDIA gives no checksum of this wheel: --build-arg TENSORFLOW=URL#sha256=... has one checked.
ARG TENSORFLOW=https://developer.download.nvidia.com/compute/redist/jp/v461/tensorflow/tensorflow-2.7.0+nv22.1-cp36-cp36m-linux_aarch64.whl
# hadolint ignore=DL3013
RUN python3 -m pip install --no-cache-dir --no-deps "$TENSORFLOW"

# The image's ROS 2 is built with GCC 8: Ubuntu's own, 7, is too old for Humble's headers.
COPY . /opt/openpose_source
WORKDIR /opt/openpose_source
RUN . "$ROS_ROOT/install/setup.bash" \
    && CC=gcc-8 CXX=g++-8 colcon build --merge-install --install-base /opt/openpose_ros \
        --packages-select openpose_ros --event-handlers console_direct+ \
        --cmake-args -DCMAKE_BUILD_TYPE=Release -DBUILD_TESTING=OFF \
            -DPython3_EXECUTABLE=/usr/bin/python3 -DPYTHON_EXECUTABLE=/usr/bin/python3 \
    && rm -rf build log \
    && cp docker/entrypoint.sh docker/healthcheck.py /opt/openpose_docker/ \
    && chmod -R a+rX /opt/openpose_docker /opt/openpose_ros

# Cameras and the GPU's devices belong to the group video. Processes that share memory (the cache of
# models, DDS over shared memory) want one user: give the host's, --build-arg USER_ID=$(id -u).
ARG USER_ID=1000
RUN useradd --uid "$USER_ID" --groups video --create-home --no-log-init openpose \
    && install --directory --owner=openpose /models
USER openpose
WORKDIR /home/openpose
VOLUME /models

ENV OPENPOSE_MODEL_DIR=/models \
    ROS_SETUP=/opt/ros/humble/install/setup.bash
HEALTHCHECK --interval=60s --timeout=30s --start-period=300s --retries=3 \
    CMD ["/opt/openpose_docker/entrypoint.sh", "python3", "/opt/openpose_docker/healthcheck.py"]
ENTRYPOINT ["/opt/openpose_docker/entrypoint.sh"]
CMD ["/opt/openpose_ros/lib/openpose_ros/openpose", "--ros-args", \
     "--params-file", "/opt/openpose_ros/share/openpose_ros/config/tx2.yaml"]
