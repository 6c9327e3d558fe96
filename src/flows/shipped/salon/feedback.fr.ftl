### unreviewed
stars = Comment s'est passé votre rendez-vous : { $visit-service_label } avec { $visit-staff_name } ?
    .plain = Comment s'est passé : { $visit-service_label } ?
    .template-1 = { $visit-service_label }
    .template-2 = { $visit-staff_name }
    .button = Répondre
    .five = Très bien
    .four = Bien
    .three = Moyen
    .two = Pas bien
    .one = Mal
    .never = Ne plus me demander
words = Nous en sommes désolés. Que pouvons-nous faire mieux ?
heard = Merci de nous l'avoir dit. Nous nous en occupons.
thanks = Merci ! Votre visite nous a fait plaisir.
never = D'accord, nous ne vous demanderons plus.
