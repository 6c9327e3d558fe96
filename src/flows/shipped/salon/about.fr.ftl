### unreviewed
unknown = Demandez-nous nos horaires : quelqu'un vous répondra.
hours = { $salon-name }
    { $salon-hours }
open_now = Nous sommes ouverts.
address = { $salon-address }
map = Le chemin : { $salon-map }
