### reviewed by the Ganira authors, 2026-11-20
start =
    .words = book, booking, appointment, visit
anytime =
    .menu = menu, home, start again
    .hours = hours, open, opening hours
    .help = help
menu = Welcome! What would you like to do?
    .book = Book a visit
    .mine = My visits
    .hours = Opening hours
hours = You see our free times as soon as you have chosen a service.
help = Tap an option, or type its number. "Menu" takes you back to the start, "stop" ends.
no_services = Nothing can be booked just now.
service = Which service would you like?
    .button = Services
    .again = Please choose one of the services.
no_staff = Nobody offers this service just now.
staff = Who should do it?
    .button = Staff
nothing_free = There is no free time in the coming days.
day = Which day suits you?
    .button = Days
day_full = That day is full.
slot = At what time?
    .button = Times
    .other_day = Another day
slot_taken = That time has just been taken.
contact-name = What is your name, please?
    .again = Please type your name in letters.
confirm = { $service-label } with { $hold-staff_name }
    { DATE($hold-start) } at { TIME($hold-start) }
    { MONEY($service-price) }
    Shall I book it?
    .plain = { $service-label }, { $hold-staff_name }
     { DATE($hold-start) } { TIME($hold-start) }
     { MONEY($service-price) }
    .confirm = Yes, book it
    .other_time = Another time
    .drop = No, thank you
hold_ends_soon = I keep this time for you for two more minutes.
hold_lapsed = I could not keep that time any longer. Please choose again.
booked = Booked: { $visit-service_label } with { $visit-staff_name }, { DATE($visit-start) } at { TIME($visit-start) }, { MONEY($visit-price) }.
nothing_booked = All right, nothing is booked.
no_visits = You have no visits ahead.
visit = Which visit?
    .button = Visits
visit_menu = { $visit-service_label } with { $visit-staff_name }, { DATE($visit-start) } at { TIME($visit-start) }.
    .plain = { $visit-service_label }, { DATE($visit-start) } { TIME($visit-start) }
    .cancel = Cancel it
    .keep = Keep it
sure = Really cancel { $visit-service_label } on { DATE($visit-start) } at { TIME($visit-start) }?
    .cancel = Yes, cancel
    .keep = No, keep it
kept = It stays as it is.
cancelled = Your visit is cancelled.
too_late = It is too late to cancel this visit here.
visit_gone = This visit no longer exists.
still_there = Are you still there?
desk = Write to us here: the salon will answer you.
trouble = Something is not working on our side.
bye = See you soon!
