### unreviewed
keep = Nous gardons votre nom, votre numéro et vos rendez-vous, pour vous servir. Nous ne les donnons à personne. Êtes-vous d'accord ?
    .agreed = Oui
    .refused = Non
    .later = Plus tard
later = D'accord. Écrivez « confidentialité » quand vous voulez.
refused = D'accord : nous ne nous en servons que pour vos rendez-vous, et ne vous envoyons rien d'autre.
reminders = Pouvons-nous vous rappeler vos rendez-vous ?
    .agreed = Oui, volontiers
    .refused = Non
offers = Pouvons-nous vous écrire quand il y a une offre ?
    .agreed = Oui
    .refused = Non
noted = Merci, c'est noté. Pour changer, écrivez « confidentialité ».
