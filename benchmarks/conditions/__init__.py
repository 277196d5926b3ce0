"""The conditions of real homes: short clips made from footage, with the true faces moved along, and what they measure.

Ceilings, nights, cots, doors and doorbells. `catalogue` names the conditions, `measuring` hides the faces in their
clips and counts what stays visible, `table` prints it. Everything follows from a seed: another seed makes other clips.
"""
