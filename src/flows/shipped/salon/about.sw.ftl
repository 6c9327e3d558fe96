### unreviewed
unknown = Tafadhali tuulize saa zetu: mtu atakujibu.
hours = { $salon-name }
    { $salon-hours }
open_now = Sasa tumefungua.
address = { $salon-address }
map = Njia: { $salon-map }
