"""How good are synthetic passengers? Rival generators, judges who compare them with real ones, and fidelity."""
