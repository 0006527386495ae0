"""Cases of written forms: amounts in capitals and social credit codes."""

from billing.capitals import in_capitals, same_amount
from billing.cases.reading import BadCase, Inputs, Result, number
from contracts.uscc import examine


def capitals(inputs: Inputs) -> Result:
    """An amount in capitals; with `text`, also whether that text states the amount in any legal form."""
    amount = number(inputs, "amount")
    result: Result = {"capital": in_capitals(amount, minus=str(inputs.get("minus", "负")))}
    if inputs.get("text") is not None:
        result["same"] = same_amount(str(inputs["text"]), amount)
    return result


def social_credit_code(inputs: Inputs) -> Result:
    """Whether a code has the form, and whether its check digit fits."""
    code = inputs.get("code")
    if not isinstance(code, str):
        raise BadCase("code is missing")
    verdict = examine(code)
    return {
        "check_digit_ok": verdict.check_digit_ok,
        "well_formed": verdict.well_formed,
        "code": verdict.code,
        "expected_digit": verdict.expected_digit,
    }
