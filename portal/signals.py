"""
Facts that leave the portal. Sent inside the transaction that makes them true, with ``send``: a receiver that
fails undoes the fact. Only ``integrations.receivers`` listens; inside the portal, functions are called by name.
"""

from django.dispatch import Signal

#: Publications got a new revision (published, files replaced or reworded, withdrawn).
#: ``publications``: list of ``Publication``, each already saved with its new ``revision``.
publications_changed = Signal()

#: Staff ask that files are read from the DAM once more, as if it had just told of a change.
#: ``source``: key of the DAM connection; ``uuids``: list of str, the newest versions' ids there; ``now``: datetime.
#: A receiver takes them into its inbox; while nobody listens, staff are not offered the verb.
files_to_reread = Signal()

#: Partners answered about files of a pack, or their answers became stale because the files were replaced.
#: ``confirmations``: list of ``Confirmation``, each already saved, with ``partner`` and ``version`` loaded.
confirmations_changed = Signal()

#: The way of companies through their onboarding changed: begun, a step done, waived or open again, completed, ended.
#: ``enrolments``: list of ``Enrolment``, each already saved with its new ``revision``.
onboarding_changed = Signal()

#: Companies asked for something, or something was said about what they had asked for.
#: ``messages``: list of ``RequestMessage``, each already saved, with its ``request``, saved with its new ``revision``.
change_requests_changed = Signal()

#: Companies embed files in public pages, or no longer do, or no longer may.
#: ``links``: list of ``EmbedLink``, each just made or ended, with ``version.variant`` loaded.
embeds_changed = Signal()
