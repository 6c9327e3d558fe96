### unreviewed
anytime =
    .hours = hours
    .menu = menu
menu = Menu
    .book = Book
    .mine = Mine
svc = Service
day = Day
size = Size
sure = { $size } on { DATE($day) }?
    .agreed = Yes, please
    .other = Another
visit = Visit
note = Note for { $visit-label }
noted = { $note } { $visit-label }
hours = Hours
trouble = Trouble
