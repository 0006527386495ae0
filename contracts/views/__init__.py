"""The portal's pages on what was agreed."""
