"""The roles and what each may do: the access matrix as data, granted after each migration."""

from typing import Any

from django.apps import apps as global_apps
from django.utils.translation import gettext_lazy as _

VIEW = "view"

PARTY_B_USER = "Party B user"
PARTY_B_ADMIN = "Party B administrator"
OPERATIONS = "operations"
OPERATIONS_LEAD = "operations lead"
FINANCE = "finance"
FINANCE_LEAD = "finance lead"
CONTRACT_MANAGER = "contract manager"
AUDITOR = "auditor"
SYSTEM_ADMIN = "system administrator"
SECURITY_ADMIN = "security administrator"
AUDIT_ADMIN = "audit administrator"

LABELS = {
    PARTY_B_USER: _("乙方用户"),
    PARTY_B_ADMIN: _("乙方管理员"),
    OPERATIONS: _("运维人员"),
    OPERATIONS_LEAD: _("运维主管"),
    FINANCE: _("财务人员"),
    FINANCE_LEAD: _("财务主管"),
    CONTRACT_MANAGER: _("合同管理员"),
    AUDITOR: _("审计人员"),
    SYSTEM_ADMIN: _("系统管理员"),
    SECURITY_ADMIN: _("安全管理员"),
    AUDIT_ADMIN: _("审计管理员"),
}

# No account may hold two of these three (separation of duties, GB/T 22239 level 3).
SEPARATED = frozenset({SYSTEM_ADMIN, SECURITY_ADMIN, AUDIT_ADMIN})

AGREEMENT_READERS = (OPERATIONS, OPERATIONS_LEAD, FINANCE, FINANCE_LEAD, CONTRACT_MANAGER, AUDITOR)
TICKET_READERS = (OPERATIONS, OPERATIONS_LEAD, CONTRACT_MANAGER, AUDITOR)
BREACH_READERS = AGREEMENT_READERS
INVOICE_READERS = (FINANCE, FINANCE_LEAD, CONTRACT_MANAGER, AUDITOR)

# permission -> the roles that hold it.  A permission that no installed model has yet is skipped.
GRANTS: dict[str, tuple[str, ...]] = {
    "contracts.view_organisation": (*AGREEMENT_READERS, SECURITY_ADMIN),
    "contracts.add_organisation": (CONTRACT_MANAGER, SECURITY_ADMIN),
    "contracts.change_organisation": (CONTRACT_MANAGER, SECURITY_ADMIN),
    "contracts.view_membership": (CONTRACT_MANAGER, SECURITY_ADMIN),
    "contracts.add_membership": (SECURITY_ADMIN,),
    "contracts.change_membership": (SECURITY_ADMIN,),
    "contracts.request_merge": (CONTRACT_MANAGER,),
    "contracts.decide_merge": (SECURITY_ADMIN,),
    "contracts.view_contact": AGREEMENT_READERS,
    "contracts.add_contact": (CONTRACT_MANAGER,),
    "contracts.change_contact": (CONTRACT_MANAGER,),
    "contracts.view_bankaccount": INVOICE_READERS,
    "contracts.propose_bankaccount": (FINANCE,),
    "contracts.approve_bankaccount": (FINANCE_LEAD,),
    "contracts.view_agreementparty": AGREEMENT_READERS,
    "contracts.view_agreement": AGREEMENT_READERS,
    "contracts.add_agreement": (CONTRACT_MANAGER,),
    "contracts.change_agreement": (CONTRACT_MANAGER,),
    "contracts.view_signaturemark": AGREEMENT_READERS,
    "contracts.record_mark": (CONTRACT_MANAGER,),
    "contracts.request_activation": (CONTRACT_MANAGER,),
    "contracts.activate_agreement": (FINANCE_LEAD,),
    "contracts.view_suspension": AGREEMENT_READERS,
    "contracts.request_suspension": (CONTRACT_MANAGER,),
    "contracts.approve_suspension": (FINANCE_LEAD,),
    "contracts.view_termchange": AGREEMENT_READERS,
    "contracts.view_termination": AGREEMENT_READERS,
    "contracts.request_termination": (CONTRACT_MANAGER,),
    "contracts.approve_termination": (FINANCE_LEAD,),
    "contracts.view_exittask": AGREEMENT_READERS,
    "contracts.settle_exittask": (OPERATIONS_LEAD, FINANCE_LEAD, CONTRACT_MANAGER),
    "contracts.view_agreementversion": AGREEMENT_READERS,
    "contracts.add_agreementversion": (CONTRACT_MANAGER,),
    "contracts.change_agreementversion": (CONTRACT_MANAGER,),
    "contracts.view_clauseamendment": AGREEMENT_READERS,
    "contracts.view_clause": AGREEMENT_READERS,
    "contracts.add_clause": (CONTRACT_MANAGER,),
    "contracts.change_clause": (CONTRACT_MANAGER,),
    "contracts.view_supporthours": AGREEMENT_READERS,
    "contracts.add_supporthours": (CONTRACT_MANAGER,),
    "contracts.change_supporthours": (CONTRACT_MANAGER,),
    "contracts.view_agreementtemplate": AGREEMENT_READERS,
    "contracts.change_agreementtemplate": (CONTRACT_MANAGER,),
    "contracts.view_templateversion": AGREEMENT_READERS,
    "contracts.change_templateversion": (CONTRACT_MANAGER,),
    "contracts.publish_templateversion": (FINANCE_LEAD,),
    "contracts.view_templateclause": AGREEMENT_READERS,
    "contracts.add_templateclause": (CONTRACT_MANAGER,),
    "contracts.change_templateclause": (CONTRACT_MANAGER,),
    "contracts.view_templateblank": AGREEMENT_READERS,
    "contracts.add_templateblank": (CONTRACT_MANAGER,),
    "contracts.change_templateblank": (CONTRACT_MANAGER,),
    "contracts.view_agreementtext": AGREEMENT_READERS,
    "contracts.view_drafting": AGREEMENT_READERS,
    "contracts.add_drafting": (CONTRACT_MANAGER,),
    "contracts.view_decision": AGREEMENT_READERS,
    "contracts.add_decision": (CONTRACT_MANAGER,),
    "contracts.view_boardtally": AGREEMENT_READERS,
    "contracts.refresh_boardtally": (OPERATIONS_LEAD, FINANCE_LEAD, CONTRACT_MANAGER),
    "contracts.view_breachcase": BREACH_READERS,
    "contracts.open_breachcase": (OPERATIONS_LEAD, FINANCE_LEAD, CONTRACT_MANAGER),
    "contracts.handle_breachcase": (CONTRACT_MANAGER,),
    "contracts.view_claim": BREACH_READERS,
    "contracts.view_penaltyrule": AGREEMENT_READERS,
    "contracts.add_penaltyrule": (CONTRACT_MANAGER,),
    "contracts.change_penaltyrule": (CONTRACT_MANAGER,),
    "contracts.view_forcemajeure": AGREEMENT_READERS,
    "contracts.handle_forcemajeure": (CONTRACT_MANAGER,),
    "contracts.view_dispute": AGREEMENT_READERS,
    "contracts.handle_dispute": (CONTRACT_MANAGER,),
    "contracts.view_paper": AGREEMENT_READERS,
    "contracts.view_obligation": AGREEMENT_READERS,
    "contracts.keep_obligation": (CONTRACT_MANAGER,),
    "contracts.perform_obligation": (OPERATIONS, OPERATIONS_LEAD, FINANCE, FINANCE_LEAD, CONTRACT_MANAGER),
    "contracts.view_obligationoccurrence": AGREEMENT_READERS,
    "contracts.reopen_occurrence": (OPERATIONS_LEAD, CONTRACT_MANAGER),
    "contracts.waive_occurrence": (OPERATIONS_LEAD, CONTRACT_MANAGER),
    "contracts.extend_occurrence": (CONTRACT_MANAGER,),
    "contracts.view_servednotice": AGREEMENT_READERS,
    "contracts.serve_notice": (OPERATIONS_LEAD, CONTRACT_MANAGER),
    "contracts.view_usagerule": AGREEMENT_READERS,
    "contracts.add_usagerule": (CONTRACT_MANAGER,),
    "contracts.change_usagerule": (CONTRACT_MANAGER,),
    "contracts.publish_rule": (CONTRACT_MANAGER,),
    "contracts.view_ruleversion": AGREEMENT_READERS,
    "contracts.change_ruleversion": (CONTRACT_MANAGER,),
    "contracts.view_ruleacknowledgement": AGREEMENT_READERS,
    "contracts.view_catalogueitem": AGREEMENT_READERS,
    "contracts.add_catalogueitem": (OPERATIONS_LEAD, CONTRACT_MANAGER),
    "contracts.change_catalogueitem": (OPERATIONS_LEAD, CONTRACT_MANAGER),
    "contracts.manage_catalogue": (OPERATIONS_LEAD, CONTRACT_MANAGER),
    "contracts.view_updateevent": AGREEMENT_READERS,
    "contracts.view_updatebatch": AGREEMENT_READERS,
    "contracts.record_update": (OPERATIONS, OPERATIONS_LEAD),
    "contracts.view_agreementitem": AGREEMENT_READERS,
    "contracts.share_item": (OPERATIONS_LEAD, CONTRACT_MANAGER),
    "contracts.view_itemconsent": AGREEMENT_READERS,
    "contracts.view_violation": AGREEMENT_READERS,
    "contracts.view_securechannel": AGREEMENT_READERS,
    "contracts.add_securechannel": (OPERATIONS_LEAD, CONTRACT_MANAGER),
    "contracts.change_securechannel": (OPERATIONS_LEAD, CONTRACT_MANAGER),
    "contracts.view_channelduty": AGREEMENT_READERS,
    "contracts.add_channelduty": (OPERATIONS_LEAD, CONTRACT_MANAGER),
    "contracts.change_channelduty": (OPERATIONS_LEAD, CONTRACT_MANAGER),
    "contracts.check_safeguards": (OPERATIONS, OPERATIONS_LEAD, CONTRACT_MANAGER),
    "contracts.view_compliancecertificate": AGREEMENT_READERS,
    "contracts.record_certificate": (OPERATIONS_LEAD, CONTRACT_MANAGER),
    "contracts.verify_certificate": (OPERATIONS_LEAD, CONTRACT_MANAGER),
    "contracts.view_confidentialitem": AGREEMENT_READERS,
    "contracts.add_confidentialitem": (CONTRACT_MANAGER,),
    "contracts.change_confidentialitem": (CONTRACT_MANAGER,),
    "contracts.view_controlmeasure": AGREEMENT_READERS,
    "contracts.add_controlmeasure": (CONTRACT_MANAGER,),
    "contracts.change_controlmeasure": (CONTRACT_MANAGER,),
    "contracts.view_personundertaking": AGREEMENT_READERS,
    "contracts.record_undertaking": (OPERATIONS_LEAD, CONTRACT_MANAGER),
    "contracts.view_ipasset": AGREEMENT_READERS,
    "contracts.add_ipasset": (CONTRACT_MANAGER,),
    "contracts.change_ipasset": (CONTRACT_MANAGER,),
    "contracts.view_licence": AGREEMENT_READERS,
    "contracts.add_licence": (CONTRACT_MANAGER,),
    "contracts.change_licence": (CONTRACT_MANAGER,),
    "contracts.view_lawitem": AGREEMENT_READERS,
    "contracts.add_lawitem": (CONTRACT_MANAGER,),
    "contracts.change_lawitem": (CONTRACT_MANAGER,),
    "contracts.view_consentrequest": AGREEMENT_READERS,
    "contracts.record_consent": (OPERATIONS_LEAD, CONTRACT_MANAGER),
    "contracts.decide_consent": (CONTRACT_MANAGER,),
    "contracts.view_thirdpartyaccess": AGREEMENT_READERS,
    "contracts.record_thirdparty": (OPERATIONS_LEAD, CONTRACT_MANAGER),
    "contracts.decide_thirdparty": (CONTRACT_MANAGER,),
    "contracts.record_violation": (OPERATIONS, OPERATIONS_LEAD, CONTRACT_MANAGER),
    "contracts.handle_violation": (OPERATIONS_LEAD, CONTRACT_MANAGER),
    "contracts.decide_violation": (CONTRACT_MANAGER,),
    "contracts.view_accessgrant": AGREEMENT_READERS,
    "contracts.register_grant": (OPERATIONS, OPERATIONS_LEAD),
    "contracts.decide_grant": (OPERATIONS_LEAD, CONTRACT_MANAGER),
    "contracts.view_onboardingtask": AGREEMENT_READERS,
    "contracts.view_interfacespec": AGREEMENT_READERS,
    "contracts.handle_onboarding": (OPERATIONS, OPERATIONS_LEAD),
    "contracts.view_openingconfirmation": AGREEMENT_READERS,
    "contracts.confirm_opening": (OPERATIONS_LEAD, CONTRACT_MANAGER),
    "contracts.view_credential": AGREEMENT_READERS,
    "contracts.handle_credential": (OPERATIONS, OPERATIONS_LEAD),
    "worktime.view_calendar": AGREEMENT_READERS,
    "worktime.view_calendarversion": (*AGREEMENT_READERS, SECURITY_ADMIN),
    "worktime.view_noticedraft": (*AGREEMENT_READERS, SECURITY_ADMIN),
    "worktime.add_noticedraft": (CONTRACT_MANAGER,),
    "worktime.publish_notice": (SECURITY_ADMIN,),
    "sla.view_ticket": TICKET_READERS,
    "sla.add_ticket": (OPERATIONS, OPERATIONS_LEAD),
    "sla.handle_ticket": (OPERATIONS, OPERATIONS_LEAD),
    "sla.view_queue": TICKET_READERS,
    "sla.keep_desk": (OPERATIONS_LEAD,),
    "sla.view_label": TICKET_READERS,
    "sla.view_cannedanswer": TICKET_READERS,
    "sla.view_clock": TICKET_READERS,
    "sla.approve_backdating": (OPERATIONS_LEAD,),
    "sla.view_servicereport": AGREEMENT_READERS,
    "sla.issue_report": (OPERATIONS_LEAD,),
    "sla.view_whatif": TICKET_READERS,
    "sla.run_whatif": (OPERATIONS_LEAD, CONTRACT_MANAGER),
    "sla.view_servicetarget": AGREEMENT_READERS,
    "sla.add_servicetarget": (CONTRACT_MANAGER,),
    "sla.change_servicetarget": (CONTRACT_MANAGER,),
    "sla.view_prioritymatrix": AGREEMENT_READERS,
    "sla.add_prioritymatrix": (CONTRACT_MANAGER,),
    "sla.change_prioritymatrix": (CONTRACT_MANAGER,),
    "sla.view_breach": BREACH_READERS,
    "sla.view_escalationrule": TICKET_READERS,
    "sla.manage_escalation": (OPERATIONS_LEAD,),
    "sla.view_inmail": (OPERATIONS, OPERATIONS_LEAD, AUDITOR),
    "sla.handle_inmail": (OPERATIONS, OPERATIONS_LEAD),
    "sla.view_adjudication": BREACH_READERS,
    "sla.request_adjudication": (OPERATIONS_LEAD,),
    "sla.decide_adjudication": (CONTRACT_MANAGER,),
    "sla.view_qualityreport": TICKET_READERS,
    "sla.handle_quality": (OPERATIONS, OPERATIONS_LEAD),
    "sla.view_rating": TICKET_READERS,
    "sla.follow_rating": (OPERATIONS_LEAD,),
    "sla.view_article": TICKET_READERS,
    "sla.write_article": (OPERATIONS, OPERATIONS_LEAD),
    "sla.review_article": (OPERATIONS, OPERATIONS_LEAD),
    "sla.publish_article": (OPERATIONS_LEAD,),
    "sla.view_creditrule": AGREEMENT_READERS,
    "sla.add_creditrule": (CONTRACT_MANAGER,),
    "sla.change_creditrule": (CONTRACT_MANAGER,),
    "sla.view_servicecredit": AGREEMENT_READERS,
    "sla.compute_credits": (OPERATIONS_LEAD, FINANCE, FINANCE_LEAD),
    "sla.request_credit": (OPERATIONS_LEAD,),
    "sla.accept_credit": (FINANCE_LEAD,),
    "sla.view_service": AGREEMENT_READERS,
    "sla.add_service": (OPERATIONS_LEAD,),
    "sla.change_service": (OPERATIONS_LEAD,),
    "sla.view_serviceterm": AGREEMENT_READERS,
    "sla.add_serviceterm": (CONTRACT_MANAGER,),
    "sla.change_serviceterm": (CONTRACT_MANAGER,),
    "sla.view_maintenancewindow": AGREEMENT_READERS,
    "sla.plan_maintenance": (OPERATIONS, OPERATIONS_LEAD),
    "sla.announce_maintenance": (OPERATIONS_LEAD,),
    "sla.view_outage": AGREEMENT_READERS,
    "sla.record_outage": (OPERATIONS, OPERATIONS_LEAD),
    "sla.approve_outage": (OPERATIONS_LEAD, CONTRACT_MANAGER),
    "sla.view_checkplan": AGREEMENT_READERS,
    "sla.plan_check": (OPERATIONS_LEAD,),
    "sla.record_check": (OPERATIONS, OPERATIONS_LEAD),
    "sla.view_checkresult": AGREEMENT_READERS,
    "sla.view_fixterm": AGREEMENT_READERS,
    "sla.add_fixterm": (CONTRACT_MANAGER,),
    "sla.change_fixterm": (CONTRACT_MANAGER,),
    "sla.view_vulnerability": TICKET_READERS,
    "sla.record_vulnerability": (OPERATIONS, OPERATIONS_LEAD),
    "sla.verify_vulnerability": (OPERATIONS_LEAD,),
    "sla.accept_risk": (OPERATIONS_LEAD, CONTRACT_MANAGER),
    "sla.view_securityincident": TICKET_READERS,
    "sla.handle_incident": (OPERATIONS, OPERATIONS_LEAD),
    "sla.grade_incident": (OPERATIONS_LEAD,),
    "sla.view_reportduty": TICKET_READERS,
    "billing.view_rateline": INVOICE_READERS,
    "billing.add_rateline": (FINANCE, FINANCE_LEAD),
    "billing.change_rateline": (FINANCE, FINANCE_LEAD),
    "billing.view_usagerecord": (*INVOICE_READERS, OPERATIONS, OPERATIONS_LEAD),
    "billing.import_usage": (OPERATIONS, OPERATIONS_LEAD),
    "billing.view_serviceperiod": INVOICE_READERS,
    "billing.view_document": INVOICE_READERS,
    "billing.draft_document": (FINANCE, FINANCE_LEAD),
    "billing.issue_document": (FINANCE_LEAD,),
    "billing.request_issue": (FINANCE,),
    "billing.view_billdispute": INVOICE_READERS,
    "billing.open_billdispute": (FINANCE, FINANCE_LEAD),
    "billing.decide_billdispute": (FINANCE_LEAD,),
    "billing.view_formalinvoice": INVOICE_READERS,
    "billing.record_formal_invoice": (FINANCE, FINANCE_LEAD),
    "billing.view_bankreceipt": INVOICE_READERS,
    "billing.record_receipt": (FINANCE, FINANCE_LEAD),
    "billing.view_allocation": INVOICE_READERS,
    "people.view_user": (SECURITY_ADMIN,),
    "people.add_user": (SECURITY_ADMIN,),
    "people.change_user": (SECURITY_ADMIN,),
    "journal.view_event": (AUDIT_ADMIN, AUDITOR),
    "journal.view_notice": (SYSTEM_ADMIN, AUDIT_ADMIN),
    "journal.retry_notice": (SYSTEM_ADMIN,),
    "journal.view_endpoint": (SYSTEM_ADMIN, AUDIT_ADMIN),
    "journal.manage_endpoint": (SYSTEM_ADMIN,),
    "journal.view_approval": (OPERATIONS_LEAD, FINANCE, FINANCE_LEAD, CONTRACT_MANAGER, SECURITY_ADMIN, AUDITOR),
    "people.export_lists": (OPERATIONS_LEAD, FINANCE, FINANCE_LEAD, CONTRACT_MANAGER, AUDITOR),
    "people.view_health": (SYSTEM_ADMIN,),
}
ROLES = tuple(sorted({role for roles in GRANTS.values() for role in roles} | {PARTY_B_USER, PARTY_B_ADMIN}))


def grant_roles(**kwargs: Any) -> None:
    """Give each role exactly its permissions of the matrix.  Runs after every migration; again changes nothing."""
    apps = kwargs.get("apps", global_apps)
    try:
        group_model = apps.get_model("auth", "Group")
        permission_model = apps.get_model("auth", "Permission")
    except LookupError:
        return
    held: dict[str, set[int]] = {role: set() for role in ROLES}
    known = permission_model.objects.select_related("content_type")
    ids = {(row.content_type.app_label, row.codename): row.pk for row in known}
    for permission, roles in GRANTS.items():
        app_label, codename = permission.split(".")
        for name in _with_history(codename):
            if (key := ids.get((app_label, name))) is not None:
                for role in roles:
                    held[role].add(key)
    for role, wanted in held.items():
        group, _made = group_model.objects.using(kwargs.get("using", "default")).get_or_create(name=role)
        if set(group.permissions.values_list("pk", flat=True)) != wanted:
            group.permissions.set(wanted)


def _with_history(codename: str) -> tuple[str, ...]:
    """Who may see a row may see its history."""
    action, _, model = codename.partition("_")
    return (codename, f"view_historical{model}") if action == VIEW else (codename,)
