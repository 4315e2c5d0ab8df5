"""The queues that every site has: how long their contacts take and how patient their callers are.

Means of 300, 420 and 480 s a contact by telephone; patience of 180 s, of buyers 90 s.
"""

from __future__ import annotations

from wfm.simulator.centre import DESK, VOICE, Group, QueueSpec, Site

_SPECS: dict[str, tuple[QueueSpec, ...]] = {
    VOICE: (
        QueueSpec(
            "billing", "billing", "billing", "voice", 0.60, 240, 0.25, 80, 40, 180,
            transfer_share=0.035,
        ),
        QueueSpec("support", "support", "support", "voice", 0.30, 330, 0.30, 100, 60, 180),
        QueueSpec("tv_offer", "TV offer", "tv_offer", "voice", 0.10, 375, 0.15, 100, 90, 90),
    ),
    DESK: (
        QueueSpec("chat", "chat", "chat", "chat", 0.60, 560, 0.0, 0, 40, 400, threshold_s=60),
        QueueSpec(
            "email", "email", "email", "email", 0.40, 380, 0.0, 0, 40, 1e9, threshold_s=3600,
            deferred_s=86_400,
        ),
    ),
}  # fmt: skip


def groups_of(site: Site) -> tuple[Group, ...]:
    """The voice group of a site and the desk that answers chats and e-mails."""
    return tuple(
        Group(
            f"{site.site_id}-{kind}",
            site.site_id,
            kind,
            tuple(
                QueueSpec(**{**vars(q), "queue_id": f"{site.site_id}-{q.queue_id}",
                             "name": f"{site.name} {q.name}"})
                for q in specs
            ),
        )
        for kind, specs in _SPECS.items()
    )  # fmt: skip
