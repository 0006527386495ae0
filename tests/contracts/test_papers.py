"""Papers: kept with their hash, refused when they are not what they say, handed out to those who may read them."""

import hashlib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from contracts import papers
from contracts.models import Agreement, Paper
from journal.models import Event
from people.models import User
from people.refusal import Refused
from tests.answers import let_go

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def kept(agreement: Agreement, by: User, **changes: Any) -> Paper:
    file = SimpleUploadedFile("../签署页.pdf", PDF)
    fields = {"kind": Paper.Kind.SIGNED_SCAN, "by": by, "at": timezone.now(), **changes}
    return papers.keep(agreement, file, **fields)


def test_a_paper_is_kept_with_its_hash_and_an_event(agreement: Agreement, contract_manager: User, media: Path) -> None:
    row = kept(agreement, contract_manager)

    assert (row.title, row.sha256) == ("签署页.pdf", hashlib.sha256(PDF).hexdigest())
    assert (media / str(row.file.name)).read_bytes() == PDF
    event = Event.objects.get(action="paper.kept")
    assert (event.agreement_id, event.data["sha256"]) == (agreement.pk, row.sha256)


def test_a_program_under_another_name_is_refused(agreement: Agreement, contract_manager: User) -> None:
    with pytest.raises(Refused, match="可执行程序"):
        papers.keep(
            agreement,
            SimpleUploadedFile("签署页.pdf", b"MZ\x90"),
            kind=Paper.Kind.OTHER,
            by=contract_manager,
            at=timezone.now(),
        )

    assert not Paper.objects.exists()


def test_the_database_keeps_papers_as_they_are(agreement: Agreement, contract_manager: User) -> None:
    row = kept(agreement, contract_manager)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Paper.objects.filter(pk=row.pk).update(title="换过的")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        row.delete()


@pytest.mark.parametrize(
    "who, shown, status",
    [
        pytest.param("party_b", True, 200, id="own and shown"),
        pytest.param("party_b", False, 404, id="own but not shown"),
        pytest.param("party_b_other", True, 404, id="another organisation"),
        pytest.param("outsider", True, 404, id="nobody's"),
    ],
)
def test_party_b_gets_its_own_shown_papers_only(
    agreement: Agreement, contract_manager: User, request: Any, who: str, shown: bool, status: int
) -> None:
    row = kept(agreement, contract_manager, for_party_b=shown)
    client = Client()
    client.force_login(request.getfixturevalue(who), backend="django.contrib.auth.backends.ModelBackend")

    answer = client.get(reverse("contracts:paper", args=[row.pk]))

    assert answer.status_code == status
    if status == 200:
        assert answer.headers["Content-Disposition"].startswith("attachment")
        let_go(answer)
