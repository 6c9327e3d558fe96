### reviewed by the Ganira authors, 2026-11-20
start =
    .words = privacy, my data, consent
tongue = Ururimi? Language? Langue ? Lugha?
    .rw = Ikinyarwanda
    .en = English
    .fr = Français
    .sw = Kiswahili
    .button = Ururimi, langue
change = Good. What next?
    .book = To the menu
    .change = What we may send you
