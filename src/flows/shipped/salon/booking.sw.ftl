### unreviewed
start =
    .words = weka miadi, miadi, nafasi
anytime =
    .menu = menyu, menu, mwanzo
    .hours = saa za kazi, masaa
    .help = msaada
menu = Karibu! Ungependa kufanya nini?
    .book = Weka miadi
    .mine = Miadi yangu
    .hours = Saa za kazi
hours = Utaona nafasi zilizo wazi mara tu ukichagua huduma.
help = Gusa chaguo au andika namba yake. "Menyu" inakurudisha mwanzo, "stop" inamaliza.
no_services = Hakuna huduma inayopatikana sasa.
service = Ungependa huduma gani?
    .button = Huduma
    .again = Tafadhali chagua moja ya huduma.
no_staff = Hakuna anayetoa huduma hii sasa.
staff = Ungependa ihudumiwe na nani?
    .button = Wahudumu
nothing_free = Hakuna nafasi wazi siku zijazo.
day = Siku gani inakufaa?
    .button = Siku
day_full = Siku hiyo imejaa.
slot = Saa ngapi?
    .button = Nyakati
    .other_day = Siku nyingine
slot_taken = Nafasi hiyo imechukuliwa sasa hivi.
contact-name = Tafadhali, jina lako ni nani?
    .again = Tafadhali andika jina lako kwa herufi.
confirm = { $service-label } na { $hold-staff_name }
    { DATE($hold-start) }, { TIME($hold-start) }
    { MONEY($service-price) }
    Niweke miadi?
    .plain = { $service-label }, { $hold-staff_name }
     { DATE($hold-start) } { TIME($hold-start) }
     { MONEY($service-price) }
    .confirm = Ndiyo, weka
    .other_time = Wakati mwingine
    .drop = Hapana, asante
hold_ends_soon = Nakuwekea nafasi hii kwa dakika mbili zaidi.
hold_lapsed = Sikuweza kuendelea kukuwekea nafasi hiyo. Tafadhali chagua tena.
booked = Miadi imewekwa: { $visit-service_label } na { $visit-staff_name }, { DATE($visit-start) }, { TIME($visit-start) }, { MONEY($visit-price) }.
nothing_booked = Sawa, hakuna miadi iliyowekwa.
no_visits = Huna miadi ijayo.
visit = Miadi gani?
    .button = Miadi
visit_menu = { $visit-service_label } na { $visit-staff_name }, { DATE($visit-start) }, { TIME($visit-start) }.
    .plain = { $visit-service_label }, { DATE($visit-start) } { TIME($visit-start) }
    .cancel = Ghairi
    .keep = Acha ibaki
sure = Kweli ughairi { $visit-service_label } ya { DATE($visit-start) }, { TIME($visit-start) }?
    .cancel = Ndiyo, ghairi
    .keep = Hapana, ibaki
kept = Hakuna kilichobadilika.
cancelled = Miadi yako imeghairiwa.
too_late = Muda wa kughairi miadi hii hapa umepita.
visit_gone = Miadi hii haipo tena.
still_there = Bado upo?
desk = Tuandikie hapa: saluni itakujibu.
trouble = Kuna kitu hakifanyi kazi upande wetu.
bye = Tutaonana!
