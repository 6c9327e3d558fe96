### reviewed by the Ganira authors, 2026-11-20
keep = We keep your name, your number and your visits, to serve you. We give them to nobody. Is that all right?
    .agreed = Yes
    .refused = No
    .later = Later
later = All right. Write "privacy" when you like.
refused = All right: we use them for your bookings only, and send you nothing else.
reminders = May we remind you before a visit?
    .agreed = Yes, please
    .refused = No
offers = May we write to you when there is an offer?
    .agreed = Yes
    .refused = No
noted = Thank you, we keep to that. You can change it with "privacy".
