### unreviewed
start =
    .words = gufata gahunda, gahunda, rendevu
anytime =
    .menu = menu, ahabanza, itangiriro
    .hours = amasaha, mufungura ryari
    .help = ubufasha
menu = Murakaza neza! Mwifuza iki?
    .book = Gufata gahunda
    .mine = Gahunda zanjye
    .hours = Amasaha
hours = Amasaha aboneka murayabona mukimara guhitamo serivisi.
help = Kanda ku cyo uhisemo cyangwa wandike nimero yacyo. "Menu" igusubiza ahabanza, "stop" irahagarika.
no_services = Nta serivisi iboneka ubu.
service = Mwifuza iyihe serivisi?
    .button = Serivisi
    .again = Hitamo imwe muri serivisi.
no_staff = Nta mukozi ukora iyi serivisi ubu.
staff = Mwifuza ko ikorwa na nde?
    .button = Abakozi
nothing_free = Nta mwanya uboneka mu minsi iri imbere.
day = Mwifuza uwuhe munsi?
    .button = Iminsi
day_full = Uwo munsi wuzuye.
slot = Ku yihe saha?
    .button = Amasaha
    .other_day = Undi munsi
slot_taken = Iyo saha imaze gufatwa.
contact-name = Mwitwa nde?
    .again = Andika izina ryawe mu nyuguti.
confirm = { $service-label }, { $hold-staff_name }
    { DATE($hold-start) }, { TIME($hold-start) }
    { MONEY($service-price) }
    Mbyemeze?
    .plain = { $service-label }/{ $hold-staff_name }
     { DATE($hold-start) } { TIME($hold-start) }
     { MONEY($service-price) }
    .confirm = Yego, emeza
    .other_time = Indi saha
    .drop = Oya, murakoze
hold_ends_soon = Iyi saha ndayikubikiye indi minota ibiri.
hold_lapsed = Sinashoboye gukomeza kubika iyo saha. Ongera uhitemo.
booked = Byemejwe: { $visit-service_label }, { $visit-staff_name }, { DATE($visit-start) }, { TIME($visit-start) }, { MONEY($visit-price) }.
nothing_booked = Sawa, nta gahunda yafashwe.
no_visits = Nta gahunda mufite imbere.
visit = Ni iyihe gahunda?
    .button = Gahunda
visit_menu = { $visit-service_label }, { $visit-staff_name }, { DATE($visit-start) }, { TIME($visit-start) }.
    .plain = { $visit-service_label }, { DATE($visit-start) } { TIME($visit-start) }
    .cancel = Kureka
    .keep = Kuyigumana
sure = Koko ureke { $visit-service_label } yo { DATE($visit-start) }, { TIME($visit-start) }?
    .cancel = Yego, reka
    .keep = Oya, yigumane
kept = Nta cyahindutse.
cancelled = Gahunda yawe yavanyweho.
too_late = Igihe cyo kuyireka hano cyarenze.
visit_gone = Iyo gahunda ntikiriho.
still_there = Muracyahari?
desk = Twandikire hano: salon iragusubiza.
trouble = Hari ikitagenda ku ruhande rwacu.
bye = Murakoze, turabonana!
