"""Bills drafted, issued and drawn by the thousand."""
