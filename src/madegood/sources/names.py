"""Names that people and trackers give our columns, and how a column is known by them."""

from __future__ import annotations

import re

#: Ours -> theirs, nearest first; compared without case, marks and what stands in brackets.
NAMES = {
    "id": "id key issuekey issueid number iid sha hash workitemid itemid storyid ticket ticketid cardid tagname "
    "version tag release name",
    "title": "title summary subject headline cardname text name",
    "kind": "kind type issuetype workitemtype tracker category",
    "labels": "labels label tags",
    "parent": "parentkey parent parentissue epiclink epickey epicid epic parentid",
    "product": "product project projectname projectkey component app repository repo package team",
    "created": "created createdat createddate createdon opened openedat authored firstmentioned",
    "started": "started startedat inprogress inprogressat activateddate firstcommit",
    "done": "done doneat resolved resolvedat resolveddate resolutiondate closed closedat closeddate completed "
    "completedat accepted acceptedat merged mergedat committed finished",
    "estimate": "estimatedays estimateddays persondays effortdays",
    "release": "release releaseid shippedin fixversion fixversions version tagname milestonetitle milestone "
    "experimentid flagkey",
    "shipped": "shippedon shipped releasedon releasedat deployedat",
    "bet": "bet",
    "person": "person user userid personid customer customerid customerkey client clientid accountid account "
    "distinctid anonymousid visitorid memberid householdid uid contextkey",
    "known": "known userid identifiedid canonicalid mergedid personid distinctid",
    "item": "item itemid key issue issuekey issueid",
    "at": "at timestamp time datetime eventtime eventtimestamp occurredat ts createdat created date firstseen "
    "assignedat submittedat answeredat orderdate purchasedate",
    "before": "before from fromvalue fromstatus fromstate oldvalue oldstatus",
    "after": "after to tovalue tostatus tostate newvalue newstatus status state",
    "day": "day date releasedate releasedon publishedat published deployedat tagged ds",
    "prerelease": "prerelease isprerelease beta",
    "segment": "segment country plan platform region",
    "share": "share percentage rollout",
    "metric": "metric metricname measure series kpi",
    "value": "value amount total revenue price count downloads users visits y",
    "base": "base denominator",
    "name": "name event eventname eventtype action activity",
    "survey": "survey question surveyname",
    "score": "score nps rating answer",
    "answered": "answered",
    "arm": "arm variant group variation treatment variationid variationvalue",
}
#: Who has a work item, unlike who a customer is.
WORKERS = "assignee assigneeusername assigneelogin assigneename assignedto owner"
#: Further columns that selectors and metrics like to name.
KEPT = (
    "repo scope component components priority section platform plan status state team epictitle cyclename severity "
    "resolution storypoints storypointestimate statuscategory "
    "listname country product channel"
).split()


#: Reasons and states that end what was not done: those that trackers come with, and that people commonly add.
UNDONE = frozenset(
    "wontdo wontfix duplicate cannotreproduce incomplete declined invalid notabug notaproblem rejected abandoned "
    "obsolete canceled cancelled withdrawn notplanned later unresolved".split()
)


def undone(name: str) -> bool:
    """Whether a reason or state ends what was not done.

    >>> undone("Won't Do"), undone("not_planned"), undone("Fixed")
    (True, True, False)
    """
    return plain(name) in UNDONE


def plain(name: str) -> str:
    """A column's name without case, marks and spaces, and without what a tracker puts around it.

    >>> plain("Custom field (Story Points)"), plain("Created At (UTC)"), plain("user.login")
    ('storypoints', 'createdat', 'userlogin')
    """
    name = re.sub(r"(?i)^custom fields?\s*\((.*)\)$", r"\1", name.strip())
    return re.sub(r"[\W_]+", "", re.sub(r"\s*\([^)]*\)$", "", name).lower())


def names_of(kind: str, ours: str) -> list[str]:
    """What a column of ours may be called in records of a kind, nearest first."""
    if ours == "person" and kind in ("items", "states"):
        return WORKERS.split()
    if ours == "person" and kind == "identities":
        return "anonymousid previousid alias aliasid deviceid olddistinctid person".split()
    if ours == "parent":  # Jira's `Parent` holds a number of its own, `Parent key` what the ids are
        return NAMES[ours].split()
    if ours == "id" and kind == "releases":
        return "tagname tag version release id name".split()
    if ours == "product" and kind in ("items", "states"):
        return NAMES[ours].split()
    return [plain(ours), *NAMES.get(ours, "").split()]
