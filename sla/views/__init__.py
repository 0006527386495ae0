"""The portal's pages on service levels."""
