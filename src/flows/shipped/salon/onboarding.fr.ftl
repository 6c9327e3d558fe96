### unreviewed
start =
    .words = confidentialité, mes données, consentement
tongue = Langue ? Ururimi? Language? Lugha?
    .rw = Ikinyarwanda
    .en = English
    .fr = Français
    .sw = Kiswahili
    .button = Ururimi, langue
change = Bien. Et maintenant ?
    .book = Au menu
    .change = Ce que nous envoyons
