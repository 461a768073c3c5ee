"""Which job template, slots template and type of priority a job has, by its SOR codes and its order's priority."""

from __future__ import annotations

from collections.abc import Sequence

from drs_simulator.profile.model import Profile
from drs_simulator.profile.planning_rules import JobTemplate
from drs_simulator.profile.tables import SorCode
from drs_simulator.scheduling.model import JobRules


class RuleBook:
    """The job templates and priorities of a profile.

    Args:
        profile: How the installation is set up.
    """

    def __init__(self, profile: Profile) -> None:
        self._priorities = {priority.id: priority for priority in profile.priorities}
        self._templates = {template.name: template for template in profile.job_templates}
        self._combined = {
            frozenset(template.combines): template for template in profile.job_templates if template.combines
        }
        default = next((template for template in profile.job_templates if template.default), None)
        self._default = default or self._named(profile.default_trade)
        # With its trade, since a caller can give a code another one.
        self._template_of_code = {
            (code.code, self.trade_of(code)): code.job_template for code in profile.sor_codes if code.job_template
        }
        has_priority_rules = any(each.type or each.slots_template for each in profile.priorities)
        self._has_rules = bool(self._templates) or has_priority_rules

    def trade_of(self, sor_code: SorCode) -> str:
        """Return the code's trade: its own, or else the first one of its job template."""
        template = self._templates.get(sor_code.job_template)
        return sor_code.trade or (template.trades[0] if template else "")

    def rules_of(self, codes: Sequence[tuple[str, str]], priority: str | None) -> JobRules | None:
        """Return the rules of a job, or ``None`` where the installation has none.

        Several codes have the template that combines theirs, or else that of the first one. The order's priority can
        turn the template into another. Without a code the default template is taken (vendor: 8xxeczi3mg, xg682ivnfp,
        7ndrv5q5pl).

        Args:
            codes: Each SOR code with its trade.
            priority: The order's priority.
        """
        if not self._has_rules:
            return None
        template = self._template_of(codes)
        turned = template.by_priority.get(priority or "")
        template = template if turned is None else self._templates[turned]
        known = self._priorities.get(priority or "")
        return JobRules(
            template=template.name,
            trades=template.trades,
            operatives=template.operatives,
            slots_template=(known and known.slots_template) or template.slots_template,
            priority_type=known.type if known else None,
            sectors=template.sectors,
        )

    def _template_of(self, codes: Sequence[tuple[str, str]]) -> JobTemplate:
        names = [self._template_of_code.get(code, code[1]) for code in codes]
        combined = self._combined.get(frozenset(names))
        if combined is not None:
            return combined
        return self._named(names[0]) if names else self._default

    def _named(self, name: str) -> JobTemplate:
        """Return the template of that name; a trade is its own template, and without one no operative can come."""
        return self._templates.get(name) or JobTemplate.model_construct(name=name, trades=(name,))
