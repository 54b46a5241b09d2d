"""The import graph is one-way, `bounds` stays light, and the names are ours."""

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "bounds": set(),
    "synthetic": set(),
    "theory": {"bounds", "synthetic"},
    "figures": {"bounds", "synthetic", "theory"},
    "contrastbounds": {"bounds", "synthetic", "theory", "figures"},
}


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_imports_point_downwards(package: str) -> None:
    for path in (ROOT / package).rglob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        froms = {n.module for n in nodes if isinstance(n, ast.ImportFrom) and n.module}
        plain = {a.name for n in nodes if isinstance(n, ast.Import) for a in n.names}
        roots = {name.split(".")[0] for name in froms | plain}
        assert roots & MAY_IMPORT.keys() <= MAY_IMPORT[package] | {package}, path
        assert "tests" not in roots, path


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("bounds", {"torch", "matplotlib", "sklearn"}),
        ("contrastbounds.__main__", {"torch", "matplotlib", "sklearn", "scipy"}),
    ],
)
def test_light_modules_load_nothing_heavy(module: str, heavy: set[str]) -> None:
    probe = f"import sys, {module}; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", probe], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert not heavy & set(run.stdout.split())


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_packages_come_from_this_checkout(package: str) -> None:
    found = importlib.util.find_spec(package)
    assert found is not None
    assert found.origin is not None
    assert Path(found.origin).is_relative_to(ROOT), "another distribution shadows this package"
