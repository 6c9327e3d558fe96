### unreviewed
unknown = Mutubaze amasaha yacu: hari uzabasubiza.
hours = { $salon-name }
    { $salon-hours }
open_now = Ubu turafunguye.
address = { $salon-address }
map = Inzira: { $salon-map }
