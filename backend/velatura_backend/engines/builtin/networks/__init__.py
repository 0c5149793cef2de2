"""The small networks that ship with Velatura and what runs them, tile by tile.

Trained on procedurally drawn pictures alone; ``backend/training/MODEL_CARD.md`` tells how.
"""
