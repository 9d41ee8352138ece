"""Questions as a new user asks them, over small databases that nothing was trained on."""
