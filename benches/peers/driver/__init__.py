"""Runs the engines, measures them and compares what they match."""
