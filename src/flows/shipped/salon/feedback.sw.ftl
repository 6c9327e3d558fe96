### unreviewed
stars = Huduma ilikuwaje: { $visit-service_label } na { $visit-staff_name }?
    .plain = Huduma ilikuwaje: { $visit-service_label }?
    .template-1 = { $visit-service_label }
    .template-2 = { $visit-staff_name }
    .button = Jibu
    .five = Nzuri sana
    .four = Nzuri
    .three = Wastani
    .two = Si nzuri
    .one = Mbaya
    .never = Msiniulize tena
words = Samahani sana. Tufanye nini vizuri zaidi?
heard = Asante kwa kutuambia. Tutalishughulikia.
thanks = Asante! Tumefurahi kukuhudumia.
never = Sawa, hatutauliza tena.
