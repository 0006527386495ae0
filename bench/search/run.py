"""Speed of the search over many rows: `python -m bench.search.run [rows]` from the root of the project.

Makes a database of its own (SQLite in a folder that goes afterwards, or the one that DATABASE_URL names, in which every
row is rolled back), fills the index with made-up clauses and asks typical questions.  Each time is the best of several
rounds, beside the time of reading every text once (its length): the ratio tells what the looking costs.
"""

import os
import random
import sys
import tempfile
import time
from collections.abc import Callable

ROUNDS = 5
ROWS = 100_000
WORDS = (
    "信息", "共享", "平台", "接口", "调用", "付款", "发票", "违约", "保密", "安全", "通知", "送达", "期限", "协议",
    "甲方", "乙方", "数据", "查询", "下载", "故障", "响应", "方案", "支持", "时间", "费用",
)  # fmt: skip
QUERIES = {
    "two characters, everywhere": "信息",
    "two characters, nowhere": "榴莲",
    "four characters": "信息共享",
    "two words": "发票 送达",
    "a number, once": "gxxy-2026-000777",
}


def best(work: Callable[[], object]) -> float:
    """Milliseconds, best of the rounds."""
    times = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times) * 1000


def main(rows: int) -> None:
    """Make the rows, ask, print."""
    import django
    from django.core.management import call_command

    django.setup()
    from django.db import connection, transaction
    from django.db.models import Sum
    from django.db.models.functions import Length
    from django.utils import timezone

    from contracts.comparable import comparable
    from contracts.models import SearchEntry
    from contracts.searching import Asked, found

    call_command("migrate", verbosity=0)
    chance, now = random.Random(1), timezone.now()

    def entry(number: int) -> SearchEntry:
        title = f"GXXY-2026-{number:06d} {''.join(chance.choices(WORDS, k=4))}"
        body = "".join(chance.choices(WORDS, k=60))
        head = comparable(title)
        return SearchEntry(
            kind=f"k{number % 8}", object_id=number, title=title, body=body, head=head,
            text=f"{head}\n{comparable(body)}", url="/", digest=f"{number:064d}", updated_at=now,
        )  # fmt: skip

    with transaction.atomic():
        SearchEntry.objects.bulk_create((entry(number) for number in range(rows)), batch_size=2000)
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE contracts_searchentry")
        everything = SearchEntry.objects.all()
        plain = best(lambda: everything.aggregate(length=Sum(Length("text"))))
        print(f"{connection.vendor}, {rows} rows; reading every text once: {plain:.1f} ms")
        for label, query in QUERIES.items():
            asked = Asked(query=query)
            page = best(lambda asked=asked: list(found(everything, asked)[:20]))  # type: ignore[misc]
            count = best(lambda asked=asked: found(everything, asked).order_by().count())  # type: ignore[misc]
            print(f"  {label:28} first page {page:7.1f} ms ({page / plain:5.1f}×)   count {count:7.1f} ms")
        transaction.set_rollback(True)


if __name__ == "__main__":
    asked_rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    with tempfile.TemporaryDirectory() as folder:
        os.environ["SHOUYUE_VAR_DIR"] = folder
        main(asked_rows)
