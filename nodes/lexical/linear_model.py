"""The linear models of value_index.linear_model, under the name that the reranker imports them by."""

from value_index.linear_model import Features, Weights, probability, weighted

__all__ = ["Features", "Weights", "probability", "weighted"]
