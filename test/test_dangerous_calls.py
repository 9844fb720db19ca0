"""Nothing in the project runs code that comes with data: no pickle, no eval, no shell."""
import ast
import glob
import os

import pytest

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), '..'))
FOLDERS = ('openpose_ros', 'launch', 'examples', 'demo', 'benchmark', 'docker', 'docs', 'tools')
MODULES = {'pickle', 'cPickle', '_pickle', 'dill', 'cloudpickle', 'joblib', 'shelve', 'marshal',
           'jsonpickle'}
CALLS = {'eval', 'exec', 'compile', '__import__', 'builtins.eval', 'builtins.exec', 'os.system',
         'os.popen', 'tempfile.mktemp', 'yaml.load', 'yaml.load_all', 'yaml.unsafe_load',
         'yaml.full_load', 'subprocess.getoutput',
         'subprocess.getstatusoutput', 'pandas.read_pickle', 'tf.py_func', 'tf.load_library',
         'tf.load_op_library'}


def name_of(node):
    """'a.b.c' of an expression made of names and dots; '' of any other."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return '{}.{}'.format(name_of(node.value), node.attr)
    return ''


def dangers(source):
    """The dangerous imports and calls of a source text, as 'line: what'."""
    found = []
    for node in ast.walk(ast.parse(source)):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names if alias.name.split('.')[0] in MODULES]
        elif isinstance(node, ast.ImportFrom):
            made = ['{}.{}'.format(node.module, alias.name) for alias in node.names]
            names = [name for name in made
                     if name in CALLS or name.split('.')[0] in MODULES]
        elif isinstance(node, ast.Call):
            names = [name_of(node.func)] if name_of(node.func) in CALLS else []
            names += ['{}='.format(keyword.arg) for keyword in node.keywords
                      if keyword.arg in ('shell', 'allow_pickle')
                      and getattr(keyword.value, 'value', True) is not False]
        found += ['{}: {}'.format(node.lineno, name) for name in names]
    return found


@pytest.mark.parametrize('source', [
    'import pickle', 'from pickle import loads', 'import os, shelve', 'eval("1")', 'exec("1")',
    'compile("1", "", "exec")', '__import__("os")', 'import os\nos.system("x")',
    'yaml.load(text, yaml.Loader)', 'from yaml import unsafe_load',
    'numpy.load("a.npy", allow_pickle=True)', 'subprocess.run("x", shell=True)',
    'subprocess.run("x", shell=flag)', 'tempfile.mktemp()', 'tf.load_op_library("x.so")'])
def test_a_danger_is_seen(source):
    assert dangers(source)


@pytest.mark.parametrize('source', [
    'yaml.safe_load(text)', 'np.load("a.npy")', 'ast.literal_eval(text)', 're.compile("x")',
    'model.load("x")', 'subprocess.run(["x"], shell=False)', 'self.eval(1)'])
def test_what_is_none_is_not(source):
    assert not dangers(source)


def test_the_project_has_none():
    paths = [path for folder in FOLDERS
             for path in glob.glob(os.path.join(ROOT, folder, '**', '*.py'), recursive=True)]
    assert len(paths) > 80
    found = []
    for path in paths:
        with open(path, encoding='utf-8') as file:
            found += ['{}:{}'.format(os.path.relpath(path, ROOT), line)
                      for line in dangers(file.read())]
    assert not found, '\n'.join(found)
