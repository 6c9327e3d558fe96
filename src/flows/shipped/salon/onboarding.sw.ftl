### unreviewed
start =
    .words = faragha, taarifa zangu, ridhaa
tongue = Lugha? Ururimi? Language? Langue ?
    .rw = Ikinyarwanda
    .en = English
    .fr = Français
    .sw = Kiswahili
    .button = Ururimi, langue
change = Vizuri. Tufanye nini sasa?
    .book = Kwenye menyu
    .change = Tunachotuma
