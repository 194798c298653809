"""The catalogue of problem types: published under ``/api/problems/`` and stable for as long as v1 lives."""

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True)
class ProblemType:
    """One kind of problem: ``code`` ends its type address; ``meaning`` says what to do about it."""

    code: str
    status: int
    title: str
    meaning: str

    @property
    def address(self) -> str:
        """The problem's ``type``, which is also where it is described."""
        return f"{settings.PORTAL_URL}/api/problems/{self.code}"


_CATALOGUE = [
    (400, "bad_input", "The request cannot be understood",
     "The member errors names each parameter and says what to write instead."),
    (401, "not_authenticated", "No access token",
     "Send the header Authorization: Bearer with a token of the token endpoint."),
    (401, "invalid_token", "The access token is not valid",
     "It is unknown, revoked or older than an hour. Ask the token endpoint for a new one."),
    (403, "insufficient_scope", "The token lacks a scope",
     "Ask the token endpoint for a token with the scope that the detail names."),
    (403, "partner_suspended", "The company's access is suspended",
     "Do not retry. A person of the company has to talk to the brand."),
    (403, "not_allowed", "Not allowed",
     "Do not retry. The client may not do this."),
    (403, "terms_not_accepted", "Terms are to be accepted",
     "A person of the company has to accept the pack's terms on its page. The member terms names their version."),
    (404, "not_found", "Not found",
     "Unknown, or not published to the company; the two look the same. Follow the changes feed to know what is there."),
    (405, "method_not_allowed", "The method is not offered here",
     "The header Allow lists those that are."),
    (409, "not_possible", "Not possible in the present state",
     "The detail says why. Asking again will not help."),
    (409, "name_taken", "The name is taken",
     "Your company has one of this name already. Change that one, or choose another name."),
    (409, "too_many", "There are as many as there may be",
     "Remove one that you no longer need."),
    (400, "too_many_files", "More files than one archive takes",
     "Ask for several archives."),
    (409, "not_all_available", "Some of these files cannot be had",
     "The member files names them, and why. Ask without them, or send allow_missing to be given the others."),
    (409, "nothing_to_prepare", "None of these files can be had",
     "The member files names them, and why."),
    (409, "archive_failed", "The archive failed",
     "Not every file of it can be made; the member files names these. Ask for an archive without them."),
    (409, "zone_cut", "It would cut what must be seen whole",
     "Take a size that shows the whole picture, or order a size of your own: then zones says what must be seen,"
     " crop and offers what is possible."),
    (409, "too_large", "The picture has fewer pixels",
     "Nothing is enlarged. Order a size of your own anew: offers says what is possible."),
    (409, "other_shape", "The picture has another shape",
     "The part was ordered for an earlier picture, or another one, and would be distorted. Order it anew."),
    (409, "rights_not_started", "The rights begin later",
     "Come back at the time in usable_from of the asset's variant."),
    (409, "rendition_not_possible", "This size cannot be made from this file",
     "Take another size. The brand's team has been shown why. Of a set, the member files names what cannot be made."),
    (409, "not_embeddable", "It cannot be embedded",
     "Its rights do not allow public use, or the delivery does not make this size. Take another size or file."),
    (409, "not_a_picture", "It cannot be tested",
     "The bytes are no picture that can be measured, or too many, or the channel has no specification."),
    (409, "digest_replaced", "The bytes have been replaced",
     "The answer named an old digest; the members name the digest sent and the present one. Fetch that, then answer."),
    (409, "document_replaced", "The text has a newer revision",
     "The answer named an old revision; the members name the one sent and the present one. Read that, then answer."),
    (409, "company_data_changed", "The company data have changed",
     "The answer named an old digest; the members name the one sent and the present one. Look again, then answer."),
    (409, "step_completes_itself", "The step completes itself",
     "Do not retry. The portal closes the step as soon as what it asks for has happened."),
    (409, "onboarding_not_under_way", "The onboarding is not under way",
     "Do not retry. It was ended, or waits for the brand's approval."),
    (409, "step_not_optional", "The step is needed",
     "It cannot be left out. Only the brand's staff can say that it is not needed."),
    (409, "already_asked", "The company asks for this already",
     "The member request names the open request, and number what people call it. Add a message there."),
    (409, "request_not_in_state", "The request is not that far, or further",
     "The member state names how far it is. Read it again before you go on."),
    (409, "still_running", "The first call is still running",
     "A call with the same Idempotency-Key is not answered yet. Ask again in a moment, with the same key."),
    (409, "files_lost", "Files are lost and not back yet",
     "The member files names them. The brand's team has been told; ask again later, or take the others one by one."),
    (410, "withdrawn", "Withdrawn",
     "It was published to the company and has been taken back: stop using every copy. The member reason says why."),
    (410, "not_kept", "Not kept any more",
     "Nobody took these very bytes for long, so they made room, and the same file cut anew is other bytes. Your copy is"
     " as good as before; take the file by its asset to hold what is given out now."),
    (412, "precondition_failed", "It has changed since you read it",
     "The member current is how it stands now, the header ETag its tag. Look at it, then send that tag in If-Match."),
    (415, "unsupported_media_type", "Not in the form it is read in",
     "Send the body as application/json; a picture as multipart/form-data."),
    (416, "range_not_satisfiable", "The file has no such range",
     "The header Content-Range tells how long it is. A copy of that length is complete."),
    (422, "idempotency_key_reused", "The Idempotency-Key belongs to another request",
     "Make a new key for every new request; repeat a request with its own key and the same body."),
    (429, "too_many_tests", "Too many test pictures",
     "A company may test twelve in a minute. Wait a minute, then go on."),
    (429, "too_many_requests", "Too many requests",
     "Wait the seconds in the header Retry-After, then go on."),
    (500, "internal_error", "A mistake on our side",
     "It has been recorded. Ask again later; if it stays, tell us the request_id."),
    (503, "not_ready", "Not ready yet",
     "It is being prepared. Ask again after the seconds in the header Retry-After."),
    (503, "unavailable", "Not available",
     "The portal cannot work right now. Ask again after the seconds in the header Retry-After."),
]  # fmt: skip

TYPES = {code: ProblemType(code, status, title, meaning) for status, code, title, meaning in _CATALOGUE}
