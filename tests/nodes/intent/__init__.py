"""Tests of what tells questions from orders, small talk and the rest."""
