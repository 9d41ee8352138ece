"""Counterexample databases: mutated copies that tell a gold query from its neighbours."""

from eval.scoring.suite.suites import Suites, SuiteVerdict

__all__ = ["SuiteVerdict", "Suites"]
