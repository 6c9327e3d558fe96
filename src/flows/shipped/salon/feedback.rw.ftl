### unreviewed
stars = Byagenze bite: { $visit-service_label }, { $visit-staff_name }?
    .plain = Byagenze bite: { $visit-service_label }?
    .template-1 = { $visit-service_label }
    .template-2 = { $visit-staff_name }
    .button = Subiza
    .five = Byiza cyane
    .four = Byiza
    .three = Biringaniye
    .two = Si byiza
    .one = Bibi
    .never = Ntimuzongere kumbaza
words = Mutubabarire. Ni iki twakora neza kurushaho?
heard = Murakoze kubitubwira. Turabikurikirana.
thanks = Murakoze! Twishimiye ko mwaje.
never = Sawa, ntituzongera kubabaza.
