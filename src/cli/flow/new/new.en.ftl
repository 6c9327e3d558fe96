### unreviewed
# A text is named like its step; labels of options stand below it.
start =
    .words = NAME
menu = What can we do for you?
    .table = Reserve a table
    .hours = Opening hours
hours = We are open every day from 11:00 to 22:00.
full = Every table is taken tonight.
table = Which table would you like?
    .none = None of these
guests = For how many people?
    .low = At least { $low }, please.
    .high = We seat { $high } at most.
reserved = { $table-label } is yours tonight, for { $guests ->
    [one] one person
   *[other] { $guests } people
 }. Your number is { $visit-id }.
taken = Somebody was faster: that table is gone.
desk = Please call us on 0788 000 000, we will help you.
bye = Thank you, see you soon!
