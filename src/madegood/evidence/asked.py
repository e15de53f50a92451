"""Every survey of a project, wave by wave: those with files of their own, and those of `responses` sources."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from madegood.days import Window
from madegood.errors import SourceError, UsageError
from madegood.evidence.said import files_of
from madegood.evidence.survey import surveys
from madegood.evidence.survey_plan import survey_plan
from madegood.findings import Finding, did_you_mean
from madegood.intent.model import SurveySpec, TextSpec
from madegood.performance.responses import responses
from madegood.performance.surveys import read_survey
from madegood.performance.texts import read_texts
from madegood.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from madegood.engine.store import Store
    from madegood.evidence.survey_plan import SurveyPlan
    from madegood.evidence.survey_told import Survey
    from madegood.intent.model import Need, Project
    from madegood.performance.surveys import Asked


def asked(project: Project, store: Store, period: Window) -> tuple[Survey | Refusal, ...]:
    """All of them as of the last day of a period; of `responses`, the period before and this one."""
    out: list[Survey | Refusal] = []
    own = [spec for spec in project.surveys if spec.path]
    plain = tuple(spec for spec in project.surveys if not spec.path)
    heard: set[str] = set()
    if store.has("responses"):
        windows = (period.before(len(period)), period)
        for spec, waves in responses(store, windows, project.timezone, plain):
            heard.add(spec.name)
            out += surveys(spec, waves)
    for spec in (s for s in plain if s.name not in heard):
        until = "a `responses` source whose `survey` column says so, or a `path:` of its own"
        out.append(Refusal(f"survey {spec.name}", "no source has an ask of it in these months", until))
    for spec in own:
        waves_or_why = waves_of(spec, Path(project.root), period)
        out += [waves_or_why] if isinstance(waves_or_why, Refusal) else surveys(spec, waves_or_why)
    return tuple(out)


def waves_of(spec: SurveySpec, root: Path, period: Window | None = None) -> tuple[Asked, ...] | Refusal:
    """The waves of a survey's files, up to the last day of a period, or why they cannot be read."""
    if period is not None:
        spec = replace(spec, until=min(spec.until or period.last, period.last))
    try:
        found = read_survey(spec, root).waves
    except SourceError as error:
        why, _, until = str(error).partition(". ")
        return Refusal(f"survey {spec.name}", why, until or "mend the file")
    return replace(found, asked=f"survey {spec.name}") if isinstance(found, Refusal) else found


def planned(
    project: Project, store: Store | None, name: str, expected: float, within: float
) -> tuple[SurveySpec, SurveyPlan | Refusal]:
    """What an arm asked with high effort would tell of a survey, from its newest wave that was asked in the plain way.

    Raises UsageError where there is no such survey.
    """
    spec = next((one for one in project.surveys if one.name == name), None)
    about = f"a plan for {name}"
    if spec is not None and spec.path:
        waves = waves_of(spec, Path(project.root))
        if isinstance(waves, Refusal):
            return spec, replace(waves, asked=about)
    else:
        assert store is not None
        ever = (Window(date(1970, 1, 1), date(2200, 1, 1)),)
        plain = (spec,) if spec else ()
        told = {one.name: (one, each) for one, each in responses(store, ever, project.timezone, plain)}
        if name not in told and spec is None:
            known = sorted({one.name for one in project.surveys} | set(told))
            raise UsageError(
                f"there is no survey {name}.{did_you_mean(name, known)} Known: {', '.join(known) or 'none'}"
            )
        if name not in told:
            return SurveySpec(name), Refusal(about, "no source has an ask of it", "a `responses` source that names it")
        spec, waves = told[name][0], tuple(told[name][1])
    return spec, survey_plan(spec, waves[-1], expected, within)


def looked(project: Project, needs: Sequence[Need], on: date) -> Iterator[tuple[str, int, tuple[Finding, ...]]]:
    """Each file that is read where it lies: its name, how many asks or texts it has, and what is wrong with it."""
    for survey in (s for s in project.surveys if s.path):
        try:
            facts = read_survey(survey, Path(project.root))
            waves = () if isinstance(facts.waves, Refusal) else facts.waves
            yield survey.name, sum(wave.shown for wave in waves), facts.findings
        except SourceError as error:
            yield survey.name, 0, (_broken(survey, error),)
    for spec in files_of(project):
        try:
            texts = read_texts(spec, needs, Path(project.root), on)
            yield spec.name, sum(month.texts for month in texts.months), texts.findings
        except SourceError as error:
            yield spec.name, 0, (_broken(spec, error),)


def _broken(spec: SurveySpec | TextSpec, error: SourceError) -> Finding:
    what, _, mend = str(error).partition(". ")
    return Finding("source-missing", spec.place, f"{what}.", f"{mend or 'Mend the file'}.".replace("..", "."))
