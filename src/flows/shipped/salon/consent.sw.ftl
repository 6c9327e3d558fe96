### unreviewed
keep = Tunahifadhi jina lako, namba yako na miadi yako ili tukuhudumie. Hatuzitoi kwa mtu mwingine. Unakubali?
    .agreed = Ndiyo
    .refused = Hapana
    .later = Baadaye
later = Sawa. Ukitaka, andika "faragha".
refused = Sawa: tunazitumia kwa miadi yako tu, na hatutakutumia kitu kingine.
reminders = Tukukumbushe kabla ya miadi?
    .agreed = Ndiyo, tafadhali
    .refused = Hapana
offers = Tukuandikie kukiwa na ofa?
    .agreed = Ndiyo
    .refused = Hapana
noted = Asante, tutafuata hayo. Kubadilisha, andika "faragha".
