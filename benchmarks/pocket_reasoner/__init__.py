"""The making and the measuring of the packaged model `pocket`: `python -m benchmarks.pocket_reasoner train|evaluate`."""
