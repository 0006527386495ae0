"""Questions that a test puts to a running portal's database."""

from billing.models import Document


def amounts(number: str) -> dict[str, str]:
    """Net, tax and gross of a bill, as typed into a form."""
    document = Document.objects.get(number=number)
    return {name: str(getattr(document, name)) for name in ("net", "tax", "gross")}
