"""Captured calls in a real MLflow server: gets MLflow into `.build/mlflow`, then runs that test."""

from __future__ import annotations

import subprocess
import sys

from building.places import BUILD, ROOT

MLFLOW = "mlflow==3.17.2"


def main() -> None:
    venv = BUILD / "mlflow"
    python = venv / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", MLFLOW], check=True)
    test = str(ROOT / "tests" / "capture" / "test_mlflow.py")
    subprocess.run([sys.executable, "-m", "pytest", "-q", test], cwd=ROOT, check=False)
