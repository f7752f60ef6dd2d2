"""How good are synthetic passengers? Rival generators, judges who try to tell them from real ones, and fidelity."""
