### unreviewed
keep = Tubika izina, nimero na gahunda zanyu kugira ngo tubakorere neza. Nta wundi tubiha. Murabyemera?
    .agreed = Yego
    .refused = Oya
    .later = Nyuma
later = Sawa. Igihe mubishakiye, mwandike "ibanga".
refused = Sawa: tubikoresha kuri gahunda zanyu gusa, nta kindi tuboherereza.
reminders = Tujye tubibutsa gahunda zanyu?
    .agreed = Yego, murakoze
    .refused = Oya
offers = Tujye tubandikira igihe ibiciro byagabanutse?
    .agreed = Yego
    .refused = Oya
noted = Murakoze, tuzabyubahiriza. Kubihindura, mwandike "ibanga".
