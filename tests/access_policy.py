"""Who may open and do what, written down a second time: an address without a row here fails the suite.

The rows follow the access matrix of the design, not people/roles.py: a mistake in one shows against the other.
"""

from dataclasses import dataclass, field

ANONYMOUS, BU, BA, OTHER_B, OUTSIDER = "anonymous", "party_b", "party_b_admin", "party_b_other", "outsider"
OP, OL, FI, FL = "operator", "ops_lead", "finance", "finance_lead"
CM, AU, SYS, SEC, AUD = "contract_manager", "auditor", "system_admin", "security_admin", "audit_admin"
STAFF = frozenset({OP, OL, FI, FL, CM, AU, SYS, SEC, AUD})
EVERYBODY = frozenset({ANONYMOUS, BU, BA, OTHER_B, OUTSIDER}) | STAFF
SIGNED_IN = EVERYBODY - {ANONYMOUS}
OWN_PARTY_B = frozenset({BU, BA})
NOBODY: frozenset[str] = frozenset()
Who = frozenset[str]


def who(*actors: str) -> Who:
    return frozenset(actors)


@dataclass(frozen=True)
class ModelRow:
    """A model of the admin: who sees its list and rows, adds, changes, exports, and may use each verb."""

    view: Who
    add: Who = NOBODY
    change: Who = NOBODY
    verbs: dict[str, Who] = field(default_factory=dict)
    list_verbs: dict[str, Who] = field(default_factory=dict)
    extra: dict[str, Who] = field(default_factory=dict)


AGREEMENT_READERS = who(OP, OL, FI, FL, CM, AU)
TICKET_READERS = who(OP, OL, CM, AU)
INVOICE_READERS = who(FI, FL, CM, AU)
EXPORTERS = who(OL, FI, FL, CM, AU)
OPERATIONS, FINANCE = who(OP, OL), who(FI, FL)

# The verbs of an agreement's life on its page.
LIFE_VERBS = {
    "for-signing": who(CM),
    "mark": who(CM),
    "activate": who(CM),
    "back-to-draft": who(CM),
    "checklist": who(CM),
    "suspend": who(CM),
    "lift": who(CM),
    "renew": who(CM),
    "objection": who(CM),
    "tacit": who(CM),
    "terminate": who(CM),
    "close": who(CM),
}

MODELS: dict[str, ModelRow] = {
    "people_user": ModelRow(view=who(SEC), add=who(SEC), change=who(SEC), verbs={"password": who(SEC)}),
    "journal_event": ModelRow(view=who(AU, AUD), list_verbs={"verify": who(AU, AUD)}),
    "journal_notice": ModelRow(view=who(SYS, AUD), verbs={"retry": who(SYS)}),
    "journal_endpoint": ModelRow(
        view=who(SYS, AUD),
        list_verbs={"add": who(SYS)},
        verbs=dict.fromkeys(("test", "revise", "rotate", "switch-off", "switch-on"), who(SYS)),
        extra={"key": who(SYS)},
    ),
    "journal_approval": ModelRow(
        view=who(OL, FI, FL, CM, SEC, AU),
        # The row of the walk asks to publish a notice: CM asked, SEC may decide, AU reads all; others do not find it.
        # Who may decide what is asked again by the verb itself (tests/journal).
        verbs=dict.fromkeys(("approve", "reject", "withdraw"), who(CM, SEC, AU)),
    ),
    "worktime_calendar": ModelRow(view=AGREEMENT_READERS),
    "worktime_calendarversion": ModelRow(view=AGREEMENT_READERS | {SEC}),
    "worktime_noticedraft": ModelRow(
        view=AGREEMENT_READERS | {SEC}, list_verbs={"load": who(CM)}, verbs={"ask": who(CM), "discard": who(CM)}
    ),
    "contracts_organisation": ModelRow(
        view=AGREEMENT_READERS | {SEC},
        add=who(CM, SEC),
        change=who(CM, SEC),
        verbs={
            **dict.fromkeys(("rename", "add-name", "retire-name"), who(CM, SEC)),
            "account": who(FI),
            "merge": who(CM),
        },
        extra={"mergeplan": who(CM)},
    ),
    "contracts_membership": ModelRow(
        view=who(CM, SEC), list_verbs={"add": who(SEC)}, verbs=dict.fromkeys(("role", "end", "resume"), who(SEC))
    ),
    "contracts_contact": ModelRow(view=AGREEMENT_READERS, add=who(CM), change=who(CM)),
    "contracts_bankaccount": ModelRow(
        view=INVOICE_READERS, list_verbs={"propose": who(FI)}, verbs={"ask-again": who(FI), "drop": who(FI)}
    ),
    "contracts_agreementparty": ModelRow(view=AGREEMENT_READERS),
    "contracts_agreement": ModelRow(
        view=AGREEMENT_READERS,
        add=who(CM),
        change=who(CM),
        verbs={
            **dict.fromkeys(("decide", "fill", "party-a", "party-b"), who(CM)),
            **dict.fromkeys(("supplement", "file-contract"), who(CM)),
            **LIFE_VERBS,
        },
        list_verbs={"draft": who(CM)},
        extra=dict.fromkeys(("board", "boardpdf", "text", "textpdf"), AGREEMENT_READERS),
    ),
    "contracts_agreementtemplate": ModelRow(
        view=AGREEMENT_READERS, change=who(CM), list_verbs={"start": who(CM)}, verbs={"new-draft": who(CM)}
    ),
    "contracts_templateversion": ModelRow(
        view=AGREEMENT_READERS, change=who(CM), verbs={"ask": who(CM), "retire": who(CM)}
    ),
    "contracts_templateclause": ModelRow(
        view=AGREEMENT_READERS, add=who(CM), change=who(CM), verbs={"take-out": who(CM)}
    ),
    "contracts_templateblank": ModelRow(view=AGREEMENT_READERS, add=who(CM), change=who(CM)),
    "contracts_agreementtext": ModelRow(view=AGREEMENT_READERS, extra={"pdf": AGREEMENT_READERS}),
    "contracts_drafting": ModelRow(
        view=AGREEMENT_READERS,
        list_verbs={"draft": who(CM)},
        verbs={"finish": who(CM), "give-up": who(CM)},
        extra={"step": who(CM)},
    ),
    "contracts_decision": ModelRow(view=AGREEMENT_READERS),
    "contracts_breachcase": ModelRow(
        view=AGREEMENT_READERS,
        list_verbs={"open": who(OL, FL, CM)},
        verbs=dict.fromkeys(
            ("notify", "answer", "decide", "handle", "claim", "interrupt", "evidence", "close"), who(CM)
        ),
    ),
    "contracts_claim": ModelRow(
        view=AGREEMENT_READERS, verbs=dict.fromkeys(("accept", "contest", "settle", "withdraw"), who(CM))
    ),
    "contracts_penaltyrule": ModelRow(view=AGREEMENT_READERS, add=who(CM), change=who(CM)),
    "contracts_forcemajeure": ModelRow(
        view=AGREEMENT_READERS,
        list_verbs={"report": who(CM)},
        verbs=dict.fromkeys(("notify", "prove", "relieve", "lift", "end"), who(CM)),
    ),
    "contracts_dispute": ModelRow(
        view=AGREEMENT_READERS, list_verbs={"raise": who(CM)}, verbs=dict.fromkeys(("advance", "close"), who(CM))
    ),
    "contracts_boardtally": ModelRow(view=AGREEMENT_READERS, verbs={"refresh": who(OL, FL, CM)}),
    "contracts_signaturemark": ModelRow(view=AGREEMENT_READERS, verbs={"revoke": who(CM)}),
    "contracts_agreementversion": ModelRow(
        view=AGREEMENT_READERS,
        add=who(CM),
        change=who(CM),
        verbs=dict.fromkeys(
            (
                "offer",
                "agreed",
                "answer",
                "explain-retro",
                "add-clause",
                "withdraw",
                "mark",
                "activate",
                "back-to-draft",
            ),
            who(CM),
        ),
        extra={"compare": AGREEMENT_READERS},
    ),
    "contracts_clause": ModelRow(
        view=AGREEMENT_READERS, add=who(CM), change=who(CM), verbs={"amend": who(CM), "remove": who(CM)}
    ),
    "contracts_clauseamendment": ModelRow(view=AGREEMENT_READERS, verbs={"undo": who(CM)}),
    "contracts_suspension": ModelRow(view=AGREEMENT_READERS),
    "contracts_termchange": ModelRow(view=AGREEMENT_READERS),
    "contracts_termination": ModelRow(
        view=AGREEMENT_READERS, verbs=dict.fromkeys(("effect", "ask-again", "cured", "withdraw"), who(CM))
    ),
    "contracts_exittask": ModelRow(
        view=AGREEMENT_READERS, verbs=dict.fromkeys(("done", "send-back", "waive"), who(OL, FL, CM))
    ),
    "contracts_supporthours": ModelRow(view=AGREEMENT_READERS, add=who(CM), change=who(CM)),
    "contracts_obligation": ModelRow(
        view=AGREEMENT_READERS,
        list_verbs=dict.fromkeys(("make", "start"), who(CM)),
        verbs={
            "event": who(OP, OL, FI, FL, CM),
            **dict.fromkeys(("revise", "suspend", "resume", "end"), who(CM)),
        },
    ),
    "contracts_obligationoccurrence": ModelRow(
        view=AGREEMENT_READERS,
        verbs={
            **dict.fromkeys(("done", "confirm"), who(OP, OL, FI, FL, CM)),
            **dict.fromkeys(("reopen", "waive"), who(OL, CM)),
            "extend": who(CM),
        },
        extra={"calendar": AGREEMENT_READERS},
    ),
    "contracts_paper": ModelRow(view=AGREEMENT_READERS, extra={"file": AGREEMENT_READERS}),
    "contracts_servednotice": ModelRow(
        view=AGREEMENT_READERS,
        list_verbs={"write": who(OL, CM)},
        verbs={"send": who(OL, CM), "receive": who(OL, CM)},
    ),
    "contracts_usagerule": ModelRow(
        view=AGREEMENT_READERS, add=who(CM), change=who(CM), verbs=dict.fromkeys(("draft", "withdraw"), who(CM))
    ),
    "contracts_ruleversion": ModelRow(
        view=AGREEMENT_READERS, change=who(CM), verbs={"publish": who(CM), "serve": who(OL, CM)}
    ),
    "contracts_ruleacknowledgement": ModelRow(view=AGREEMENT_READERS),
    "contracts_catalogueitem": ModelRow(
        view=AGREEMENT_READERS,
        add=who(OL, CM),
        change=who(OL, CM),
        verbs={
            "update": OPERATIONS,
            **dict.fromkeys(("publish", "frequency", "assess", "reclassify", "withdraw"), who(OL, CM)),
        },
    ),
    "contracts_updateevent": ModelRow(view=AGREEMENT_READERS),
    "contracts_updatebatch": ModelRow(
        view=AGREEMENT_READERS, list_verbs={"upload": OPERATIONS}, verbs={"take": OPERATIONS, "discard": OPERATIONS}
    ),
    "contracts_agreementitem": ModelRow(
        view=AGREEMENT_READERS,
        list_verbs={"plan": who(OL, CM)},
        verbs=dict.fromkeys(("confirm", "use", "consent", "open", "resume", "suspend", "withdraw"), who(OL, CM)),
    ),
    "contracts_itemconsent": ModelRow(view=AGREEMENT_READERS),
    "contracts_securechannel": ModelRow(
        view=AGREEMENT_READERS,
        add=who(OL, CM),
        change=who(OL, CM),
        verbs={"check": who(OP, OL, CM), "retire": who(OL, CM)},
    ),
    "contracts_compliancecertificate": ModelRow(
        view=AGREEMENT_READERS,
        list_verbs={"submit": who(OL, CM)},
        verbs=dict.fromkeys(("verify", "reject", "withdraw"), who(OL, CM)),
    ),
    "contracts_confidentialitem": ModelRow(
        view=AGREEMENT_READERS, add=who(CM), change=who(CM), verbs={"event": who(CM)}
    ),
    "contracts_controlmeasure": ModelRow(
        view=AGREEMENT_READERS, add=who(CM), change=who(CM), verbs={"check": who(OP, OL, CM), "end": who(CM)}
    ),
    "contracts_personundertaking": ModelRow(
        view=AGREEMENT_READERS,
        list_verbs={"record": who(OL, CM)},
        verbs=dict.fromkeys(("sign", "leave"), who(OL, CM)),
    ),
    "contracts_ipasset": ModelRow(view=AGREEMENT_READERS, add=who(CM), change=who(CM), verbs={"certificate": who(CM)}),
    "contracts_licence": ModelRow(view=AGREEMENT_READERS, add=who(CM), change=who(CM)),
    "contracts_lawitem": ModelRow(view=AGREEMENT_READERS, add=who(CM), change=who(CM)),
    "contracts_consentrequest": ModelRow(
        view=AGREEMENT_READERS,
        list_verbs={"request": who(OL, CM)},
        verbs=dict.fromkeys(("grant", "refuse", "revoke"), who(CM)),
    ),
    "contracts_thirdpartyaccess": ModelRow(
        view=AGREEMENT_READERS,
        list_verbs={"declare": who(OL, CM)},
        verbs={**dict.fromkeys(("approve", "refuse"), who(CM)), "end": who(OL, CM)},
    ),
    "contracts_violation": ModelRow(
        view=AGREEMENT_READERS,
        list_verbs={"find": who(OP, OL, CM)},
        verbs={
            "add-facts": who(OP, OL, CM),
            **dict.fromkeys(("notify", "report", "close", "send-back"), who(OL, CM)),
            **dict.fromkeys(("confirm", "dismiss"), who(CM)),
        },
    ),
    "contracts_accessgrant": ModelRow(
        view=AGREEMENT_READERS,
        list_verbs={"request": OPERATIONS},
        verbs=dict.fromkeys(("give", "refuse", "resume", "suspend", "end"), who(OL, CM)),
    ),
    "contracts_onboardingtask": ModelRow(
        view=AGREEMENT_READERS,
        list_verbs={"begin": OPERATIONS},
        verbs=dict.fromkeys(("notify", "attach", "start", "ready", "connect", "back", "spec", "stop"), OPERATIONS),
    ),
    "contracts_interfacespec": ModelRow(view=AGREEMENT_READERS, list_verbs={"publish": OPERATIONS}),
    "contracts_openingconfirmation": ModelRow(view=AGREEMENT_READERS, list_verbs={"confirm": who(OL, CM)}),
    "contracts_credential": ModelRow(
        view=AGREEMENT_READERS, list_verbs={"register": OPERATIONS}, verbs={"revoke": OPERATIONS}
    ),
    "sla_ticket": ModelRow(
        view=TICKET_READERS,
        list_verbs={"file": OPERATIONS},
        verbs=dict.fromkeys(
            (
                *("accept", "respond", "propose", "ask", "reply", "close", "reassign", "note", "cancel"),
                "article",
                "services",
                *("queue", "label", "escalate", "link", "unlink", "watch", "unwatch", "merge"),
                "accept",
                "respond",
                "propose",
                "ask",
                "reply",
                "close",
                "reassign",
                "note",
                "cancel",
                "restore",
                "priority",
                "backdate",
                "reopen",
            ),
            OPERATIONS,
        ),
        extra={"workbench": TICKET_READERS, "mass": OPERATIONS},
    ),
    "sla_queue": ModelRow(
        view=TICKET_READERS,
        list_verbs={"make": who(OL)},
        verbs=dict.fromkeys(("revise", "rule", "drop-rule", "retire", "revive"), who(OL)),
    ),
    "sla_label": ModelRow(
        view=TICKET_READERS,
        list_verbs={"make": who(OL)},
        verbs=dict.fromkeys(("revise", "retire", "revive"), who(OL)),
    ),
    "sla_cannedanswer": ModelRow(
        view=TICKET_READERS,
        list_verbs={"make": who(OL)},
        verbs=dict.fromkeys(("revise", "retire", "revive"), who(OL)),
    ),
    "sla_escalationrule": ModelRow(
        view=TICKET_READERS,
        list_verbs={"add": who(OL)},
        verbs={"end": who(OL)},
        extra={"preview": TICKET_READERS},
    ),
    "sla_servicetarget": ModelRow(view=AGREEMENT_READERS, add=who(CM), change=who(CM), verbs={"take-out": who(CM)}),
    "sla_prioritymatrix": ModelRow(view=AGREEMENT_READERS, add=who(CM), change=who(CM)),
    "sla_inmail": ModelRow(
        view=who(OP, OL, AU),
        verbs=dict.fromkeys(("file", "reply", "discard"), OPERATIONS),
        extra={"raw": who(OP, OL, AU)},
    ),
    "sla_clock": ModelRow(view=TICKET_READERS),
    "sla_servicereport": ModelRow(
        view=AGREEMENT_READERS,
        list_verbs={"issue": who(OL)},
        verbs={"reissue": who(OL)},
        extra={"pdf": AGREEMENT_READERS, "xlsx": AGREEMENT_READERS, "attainment": TICKET_READERS},
    ),
    "sla_whatif": ModelRow(
        view=TICKET_READERS,
        list_verbs={"ask": who(OL, CM)},
        verbs={"stop": who(OL, CM)},
        extra={"progress": TICKET_READERS, "results": TICKET_READERS & EXPORTERS},
    ),
    "sla_breach": ModelRow(
        view=AGREEMENT_READERS,
        verbs={"ask-waiver": who(OL), "ask-force-majeure": who(OL)},
        extra={"evidence": AGREEMENT_READERS},
    ),
    "sla_adjudication": ModelRow(view=AGREEMENT_READERS, verbs={"excuse": who(OL), "uphold": who(CM)}),
    "sla_qualityreport": ModelRow(
        view=TICKET_READERS,
        list_verbs={"describe": OPERATIONS},
        verbs=dict.fromkeys(("confirm", "reject", "forward", "correct"), OPERATIONS),
    ),
    "sla_rating": ModelRow(view=TICKET_READERS, verbs={"follow-up": who(OL)}, extra={"figures": TICKET_READERS}),
    "sla_article": ModelRow(
        view=TICKET_READERS,
        list_verbs={"start": OPERATIONS},
        verbs={
            **dict.fromkeys(("change", "review", "anew", "link"), OPERATIONS),
            **dict.fromkeys(("publish", "retire"), who(OL)),
        },
    ),
    "sla_creditrule": ModelRow(view=AGREEMENT_READERS, add=who(CM), change=who(CM)),
    "sla_servicecredit": ModelRow(
        view=AGREEMENT_READERS, list_verbs={"compute": who(OL, FI, FL)}, verbs={"ask": who(OL)}
    ),
    "sla_service": ModelRow(view=AGREEMENT_READERS, add=who(OL), change=who(OL), verbs={"end": who(OL)}),
    "sla_serviceterm": ModelRow(view=AGREEMENT_READERS, add=who(CM), change=who(CM)),
    "sla_maintenancewindow": ModelRow(
        view=AGREEMENT_READERS,
        list_verbs={"plan": OPERATIONS},
        verbs={
            **dict.fromkeys(("announce", "change", "cancel"), who(OL)),
            **dict.fromkeys(("begin", "finish"), OPERATIONS),
        },
    ),
    "sla_outage": ModelRow(
        view=AGREEMENT_READERS,
        list_verbs={"start": OPERATIONS},
        verbs=dict.fromkeys(("announce", "end", "update", "link", "explain", "correct"), OPERATIONS),
    ),
    "sla_checkplan": ModelRow(
        view=AGREEMENT_READERS,
        list_verbs={"plan": who(OL)},
        verbs={"result": OPERATIONS, **dict.fromkeys(("miss", "end"), who(OL))},
    ),
    "sla_checkresult": ModelRow(view=AGREEMENT_READERS),
    "sla_fixterm": ModelRow(view=AGREEMENT_READERS, add=who(CM), change=who(CM)),
    "sla_vulnerability": ModelRow(
        view=TICKET_READERS,
        list_verbs={"find": OPERATIONS},
        verbs={
            **dict.fromkeys(("fix", "accept", "reopen"), OPERATIONS),
            **dict.fromkeys(("verify", "send-back", "fix-by"), who(OL)),
        },
    ),
    "sla_securityincident": ModelRow(
        view=TICKET_READERS,
        list_verbs={"find": OPERATIONS},
        verbs={
            **dict.fromkeys(("contain", "handle"), OPERATIONS),
            **dict.fromkeys(("grade", "tell", "close"), who(OL)),
        },
    ),
    "sla_reportduty": ModelRow(view=TICKET_READERS, verbs={"report": OPERATIONS, "needless": who(OL)}),
    "billing_usagerecord": ModelRow(
        view=INVOICE_READERS | OPERATIONS,
        list_verbs={"import": OPERATIONS},
        extra={"figures": INVOICE_READERS | OPERATIONS, "figuresfile": INVOICE_READERS | who(OL)},
    ),
    "billing_usageupload": ModelRow(
        view=INVOICE_READERS | OPERATIONS,
        list_verbs={"import": OPERATIONS},
        verbs={"take-in": OPERATIONS, "discard": OPERATIONS},
        extra=dict.fromkeys(("progress", "problems", "file"), INVOICE_READERS | OPERATIONS),
    ),
    "billing_usageanomaly": ModelRow(
        view=INVOICE_READERS | OPERATIONS,
        list_verbs={"look": OPERATIONS | FINANCE},
        verbs={"acknowledge": OPERATIONS | FINANCE},
    ),
    "billing_rateline": ModelRow(
        view=INVOICE_READERS,
        add=FINANCE,
        change=FINANCE,
        verbs={"end": FINANCE},
        extra={"calculator": INVOICE_READERS},
    ),
    "billing_taxrate": ModelRow(view=INVOICE_READERS, add=who(FL), change=who(FL), verbs={"end": who(FL)}),
    "billing_serviceperiod": ModelRow(
        view=INVOICE_READERS,
        verbs=dict.fromkeys(("draft", "credit-corrections"), FINANCE),
        list_verbs={"open": FINANCE},
    ),
    "billing_usagestatement": ModelRow(
        view=INVOICE_READERS,
        list_verbs={"draft": FINANCE},
        verbs=dict.fromkeys(("send", "redraft", "discard", "ask-again", "uphold", "reject", "revise"), FINANCE),
        extra={"pdf": INVOICE_READERS},
    ),
    "billing_invoicerun": ModelRow(
        view=INVOICE_READERS,
        list_verbs={"start": who(FI)},
        verbs={"issue": who(FL), "stop": FINANCE},
        extra={"progress": INVOICE_READERS, "rows": INVOICE_READERS & EXPORTERS},
    ),
    "billing_document": ModelRow(
        view=INVOICE_READERS,
        list_verbs={"draft": FINANCE},
        verbs={
            "request-issue": who(FI),
            "issue": who(FL),
            "reverse": who(FL),
            "reverse-credit": who(FL),
            **dict.fromkeys(("sent", "invoice-file", "credit-red-letter"), FINANCE),
            **dict.fromkeys(("credit-note", "write-off", "dispute", "allocate-credit", "reverse-write-off"), FINANCE),
            **dict.fromkeys(("cost", "judgment"), who(FI)),
            **dict.fromkeys(("interest-invoice", "waive-interest", "move-due"), FINANCE),
            "withdraw-cost": who(FL),
            **dict.fromkeys(
                ("discard", "formal-invoice", "received", "reject", "red-letter", "payment", "allocate"), FINANCE
            ),
        },
        extra={
            **dict.fromkeys(("pdf", "interest", "interest_page", "interest_sum"), INVOICE_READERS),
            "due": INVOICE_READERS,
        },
    ),
    "billing_billdispute": ModelRow(
        view=INVOICE_READERS, verbs={"decide": who(FL), "withdraw": FINANCE, "credit-note": FINANCE}
    ),
    "billing_formalinvoice": ModelRow(view=INVOICE_READERS, extra={"file": INVOICE_READERS}),
    "billing_bankreceipt": ModelRow(
        view=INVOICE_READERS,
        list_verbs={"record": FINANCE},
        verbs={
            **dict.fromkeys(("match", "split", "party", "follow"), FINANCE),
            **dict.fromkeys(("refund", "bounced"), who(FI)),
        },
        extra={"waiting": INVOICE_READERS, "reorder": who(FL)},
    ),
    "billing_bankmapping": ModelRow(
        view=INVOICE_READERS,
        list_verbs={"try": FINANCE},
        verbs=dict.fromkeys(("activate", "change", "retire"), FINANCE),
    ),
    "billing_bankstatement": ModelRow(
        view=INVOICE_READERS,
        list_verbs={"upload": FINANCE},
        verbs=dict.fromkeys(("choose", "import", "recheck", "discard"), FINANCE),
    ),
    "billing_knownpayer": ModelRow(view=INVOICE_READERS, verbs={"forget": FINANCE}),
    "billing_refund": ModelRow(view=INVOICE_READERS, verbs=dict.fromkeys(("paid", "ask-again", "drop"), who(FI))),
    "billing_ledgerentry": ModelRow(
        view=INVOICE_READERS,
        extra=dict.fromkeys(("ageing", "account", "forecast", "revenue", "debtors", "dso"), INVOICE_READERS),
    ),
    "billing_dunningcase": ModelRow(view=INVOICE_READERS, verbs={"draft-demand": who(FI), "propose-stop": who(FI, CM)}),
    "billing_dunningstep": ModelRow(view=INVOICE_READERS, add=who(FL), change=who(FL), list_verbs={"set-out": who(FL)}),
    "billing_dunningentry": ModelRow(view=INVOICE_READERS),
    "billing_demand": ModelRow(
        view=INVOICE_READERS,
        verbs={
            "issue": who(FL),
            "withdraw": who(FL),
            "discard": who(FI),
            "send": FINANCE,
            "deliver": FINANCE,
        },
        extra={"pdf": INVOICE_READERS},
    ),
    "billing_debtorstop": ModelRow(
        view=INVOICE_READERS,
        verbs={
            **dict.fromkeys(("ask-again", "withdraw", "notice", "notice-delivered", "take-effect"), who(FI, CM)),
            **dict.fromkeys(("lift", "keep"), who(FL, CM)),
        },
    ),
    "billing_lprrate": ModelRow(
        view=INVOICE_READERS, list_verbs={"enter": who(FI)}, verbs={"confirm": who(FL), "withdraw": who(FL)}
    ),
}

# Addresses with no row behind them, by full name: who gets an answer to a GET (a page, or a way on).
# Pages that answer a question and are nothing without one.
QUESTIONS = {"sla:figure": "?part=judged"}

PAGES: dict[str, Who] = {
    "home": SIGNED_IN,
    "sign-in": EVERYBODY,
    "sign-out": NOBODY,  # POST only
    "language": NOBODY,  # POST only
    "account": SIGNED_IN,
    "password": SIGNED_IN,
    "api-tokens": SIGNED_IN,
    "api-guide": SIGNED_IN,
    "api:openapi-json": EVERYBODY,  # what the API takes; it holds no data
    "healthz": EVERYBODY,
    "portal-home": SIGNED_IN,
    "admin:index": STAFF,
    "admin:login": STAFF,
    "admin:logout": STAFF,
    "admin:password_change": STAFF,
    "admin:password_change_done": STAFF,
    "admin:jsi18n": STAFF,
    "sla:tickets": SIGNED_IN,  # the list holds own rows only, and none for staff
    "sla:export": SIGNED_IN,
    "sla:attainment": SIGNED_IN,  # own figures only, and none for staff
    "sla:figure": SIGNED_IN,
    "sla:reports": SIGNED_IN,
    "sla:new": SIGNED_IN,  # the form offers own agreements only, and none to others
    "sla:articles": SIGNED_IN,  # what the user may read, and nothing for strangers
    "sla:suggest": SIGNED_IN,
    "sla:quality": SIGNED_IN,  # own reports and own items only, and none for staff
    "sla:quality-new": SIGNED_IN,  # the form offers own agreements and items only
    "sla:service": SIGNED_IN,  # own services only, and none for staff
    "billing:documents": SIGNED_IN,
    "billing:usage": SIGNED_IN,  # own usage only, and none for staff
    "billing:usage-file": SIGNED_IN,
    "billing:rates": SIGNED_IN,  # own prices only, and none for staff
    "billing:payments": SIGNED_IN,  # own payments only, and none for staff
    "billing:interest-sum": SIGNED_IN,  # own bills only, and none for staff
    "billing:account": SIGNED_IN,  # own movements only, and none for staff
    "billing:statements": SIGNED_IN,
    "billing:demands": SIGNED_IN,  # own letters only, and none for staff
    "contracts:agreements": SIGNED_IN,
    "contracts:own-organisation": SIGNED_IN,  # without an organisation a page that says so
    "contracts:compliance": SIGNED_IN,  # own rows only, and none for staff
    # The forms offer own agreements and organisations only, and none to others.
    "contracts:consent-new": SIGNED_IN,
    "contracts:third-party-new": SIGNED_IN,
    "contracts:undertaking-new": SIGNED_IN,
    "contracts:certificate-new": SIGNED_IN,
    "contracts:sharing": SIGNED_IN,
    "contracts:duties": SIGNED_IN,
    "admin:search": STAFF,  # finds what the role may see, nothing for the others
    "contracts:search": SIGNED_IN,
    "contracts:cases": SIGNED_IN,
    "contracts:case-new": SIGNED_IN,  # the form offers own agreements only, and none to others
    "contracts:calendar": SIGNED_IN,  # own dates only, and none for strangers
    "contracts:feed-renew": NOBODY,  # POST only
    "contracts:feed-revoke": NOBODY,  # POST only
    "contracts:onboarding": SIGNED_IN,
    "journal:notices": SIGNED_IN,
    "journal:telling": SIGNED_IN,
    "journal:read-all": NOBODY,  # POST only
}

# Addresses of one row on the portal: Party B's own; for all others they answer as if the row were not there.
OWN_ROWS = (
    "sla:ticket",
    "sla:attachment",
    "sla:article",
    "sla:rate",
    "sla:quality-report",
    "sla:quality-describe",
    "sla:report",
    "sla:report-pdf",
    "sla:report-xlsx",
    "sla:outage",
    "sla:outage-report",
    "billing:statement",
    "billing:statement-pdf",
    "billing:document",
    "billing:document-dispute",
    "billing:formal-file",
    "billing:document-pdf",
    "billing:interest-pdf",
    "billing:interest",
    "billing:demand",
    "billing:demand-pdf",
    "contracts:agreement",
    "contracts:duty",
    "contracts:compare",
    "contracts:paper",
    "contracts:organisation",
    "contracts:member-add",
    "contracts:contact-add",
    "contracts:contact",
    "contracts:exit-task",
    "contracts:board",
    "contracts:board-pdf",
    "contracts:text",
    "contracts:text-pdf",
    "contracts:rule",
    "contracts:rule-file",
    "contracts:third-party-end",
    "contracts:consent-withdraw",
    "contracts:undertaking-sign",
    "contracts:undertaking-leave",
    "contracts:violation",
    "contracts:shared-item",
    "contracts:spec-file",
    "contracts:case",
    "contracts:dispute",
)
# Staff who read such rows too, on the same address.
ROW_READERS: dict[str, Who] = {"sla:attachment": TICKET_READERS}
OWN_POSTS = (
    "contracts:member-act",
    "contracts:sharing-act",
    "contracts:violation-act",
    "contracts:case-act",
    "sla:act",
    "sla:window-received",
    "sla:report-act",
    "sla:article-use",
    "journal:read",
    "revoke-token",
    "contracts:grant-cancel",
    "contracts:onboarding-act",
    "billing:dispute-withdraw",
    "billing:statement-act",
    "billing:formal-acknowledge",
    "billing:formal-send-back",
)
# Addresses whose secret is the only key: whoever holds it gets in, everybody else finds nothing (tests/contracts).
BY_SECRET = ("contracts:feed",)
# Pages that only the administrators of the row's organisation have; its other people find nothing there.
ADMINISTERED = frozenset({"contracts:member-add", "contracts:contact-add", "contracts:contact"})

# Addresses of the admin that serve any model: what they show is asked of the model's own row.
SHARED = ("admin:autocomplete", "admin:view_on_site", "admin:app_list", "admin:(?P<url>.*)$", "admin:<path:object_id>/")

# The API: in by token only, whoever asks.  What each may do there is tested in tests/portal/test_api.py.
API = (
    "api:api-root",
    "api:file",
    "api:find",
    "api:one",
    "api:act",
    "api:usage",
    "api:bills",
    "api:updates",
    "api:outage_start",
    "api:outage_end",
    "api:outage_list",
)
