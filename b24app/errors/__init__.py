"""The one exception tree. Every error knows whether the request was executed and may be repeated.

The numbers are the statuses that `web/plumbing/statuses.py` answers them with.

AppError
├── InputError                 a person or a browser sent something we cannot use (422)
├── MalformedRequestError      a frame post or event without the fields it must have (400)
├── AccessError                not allowed by our own rules or proofs (403)
│   ├── UnknownPortalError     nobody proved this member_id to us (403)
│   ├── InstallationUnprovenError   the authorization server does not confirm the installer (403)
│   ├── HostUnusableError      browsers cannot show an app at the portal's address (422)
│   │   └── HostInsecureError  the portal has no https (422)
│   ├── NotAdminError          the page or action is for portal administrators (403)
│   └── RuleRefusedError       a rule of this portal's settings forbids the action (403)
├── SessionError               the session token does not open this door (401)
│   ├── SessionMissingError · SessionForgedError · SessionExpiredError
│   └── UnprovenError          the portal or authorization server did not confirm the opener
├── NotOnThisCardError         the id is not of this card, payment or portal (404)
├── ConflictError              the state is not the one the person saw (409)
│   ├── ChangedMeanwhileError · PaidLockedError · GoneError
│   ├── CardBusyError         another change of this card is under way, perhaps the same person's
│   └── StillRunningError · KeyReusedError
├── TooManyRequestsError       too many failed proofs from one address (429)
├── PortalError                what the portal, or the way to it, answered
│   ├── PortalBusyError        QUERY_LIMIT_EXCEEDED (503)
│   │   ├── PortalPausedError  OPERATION_TIME_LIMIT: for ten minutes (503)
│   │   ├── PortalOverloadedError   OVERLOAD_LIMIT: no later try works (503)
│   │   └── PortalCrowdedError this portal holds its whole share of our process (503)
│   ├── PortalSilentError      no usable answer: executed is unknown (502)
│   │   ├── UnexpectedAnswerError   an answer that is not what the documentation promises
│   │   └── LedElsewhereError       a redirect to another page, such as one to log in
│   ├── NoConnectionError      nothing was sent (502)
│   ├── TokenExpiredError · TokenRejectedError    the access token is not taken (401)
│   ├── RightsRefusedError     the acting user may not (403), in all three shapes of it
│   │   ├── MethodRefusedError    the method is closed to this person or application everywhere
│   │   │   └── MethodUnconfirmedError    until an administrator confirms it
│   │   └── BareRefusalError      an old portal's no, without a word
│   ├── NotFoundError          the portal has no such thing (404)
│   ├── BusinessRefusalError   a documented refusal of the method (422)
│   │   ├── OrderCanceledError      the order of the payment is canceled
│   │   │   └── CanceledTakenBackError · CanceledNotCreatedError    what we did about it
│   │   ├── AccountTooLowError · AccountPerhapsTooLowError    of the client's account in the shop
│   │   ├── PaidUndeletableError · UnreadableRowError    of a payment
│   │   ├── NoPaySystemError · PaySystemsUnreadError
│   │   ├── PaySystemUnfitError
│   │   │   └── NewPaymentUnfitError    so no payment was created
│   │   ├── NoShopError · PhoneUnconfirmedError · NoPublicPageError    why there is no link
│   │   ├── ParameterRefusedError   a parameter is missing or of a wrong type: nothing was done
│   │   ├── ValueRefusedError       a field's value is unknown to the portal, such as a label
│   │   ├── AlreadyBoundError · PlacementMissingError · HandlerRefusedError    of tabs and events
│   │   └── UnexplainedRefusalError   an old portal's no: missing rights, or any of those reasons
│   │       └── CreationRefusedError    no payment may be created: rights, or the plan
│   ├── BatchRefusedError      the method is not served inside a batch
│   ├── UserBlockedError       the person may not use the application (403)
│   │   └── NotSignedInError      invited and never signed in, or gone
│   ├── AppUninstalledError    the application is not installed there (403)
│   │   └── MaybeUninstalledError   ERROR_OAUTH without words that prove it
│   ├── SubscriptionEndedError · PlanWithoutRestError
│   ├── PortalClosedError      PORTAL_DELETED: deleted, or closed for maintenance
│   ├── PortalMovedError       a redirect: the portal has another address now
│   └── ScopeMissingError · MethodMissingError
├── DatabaseAwayError          our own database cannot be used (503)
│   └── UnrecordedError        while a write was under way: its outcome is not known
└── GrantError                 the authorization server
    ├── GrantLostError         its token is dead: a person has to open or install again
    ├── NotInstalledError      the authorization server says the app is not installed
    └── AuthorizationServerError    misconfigured, silent or not understood
        ├── ServerNotAllowedError · EndpointInsecureError
        └── AuthorizationServerCrowdedError    too many of ours wait for it already (503)
"""

from __future__ import annotations

from b24app.errors.grants import *
from b24app.errors.own import *
from b24app.errors.portal import *
from b24app.errors.root import *
