"""The portal's pages on money."""
