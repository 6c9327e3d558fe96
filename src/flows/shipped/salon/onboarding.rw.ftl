### unreviewed
start =
    .words = ibanga, amakuru yanjye, uruhushya
tongue = Ururimi? Langue ? Language? Lugha?
    .rw = Ikinyarwanda
    .en = English
    .fr = Français
    .sw = Kiswahili
    .button = Ururimi, langue
change = Ni byiza. Dukurikizeho iki?
    .book = Ahabanza
    .change = Ibyo twohereza
