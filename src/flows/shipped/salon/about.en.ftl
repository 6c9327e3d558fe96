### reviewed by the Ganira authors, 2026-11-20
unknown = Please ask us for our hours: somebody will tell you.
hours = { $salon-name }
    { $salon-hours }
open_now = We are open now.
address = { $salon-address }
map = The way: { $salon-map }
