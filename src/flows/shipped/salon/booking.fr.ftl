### unreviewed
start =
    .words = réserver, rendez-vous, rdv
anytime =
    .menu = menu, accueil, début
    .hours = heures, horaires, ouvert
    .help = aide
menu = Bienvenue ! Que souhaitez-vous faire ?
    .book = Prendre rendez-vous
    .book-button = Réserver
    .mine = Mes rendez-vous
    .hours = Horaires
hours = Vous voyez nos heures libres dès que vous avez choisi un service.
help = Touchez une option ou tapez son numéro. « Menu » ramène au début, « stop » termine.
no_services = Rien ne peut être réservé pour le moment.
service = Quel service souhaitez-vous ?
    .button = Services
    .again = Choisissez un des services, s'il vous plaît.
no_staff = Personne ne propose ce service pour le moment.
staff = Avec qui ?
    .button = Équipe
nothing_free = Aucune heure n'est libre ces prochains jours.
day = Quel jour vous convient ?
    .button = Jours
day_full = Ce jour est complet.
slot = À quelle heure ?
    .button = Heures
    .other_day = Un autre jour
slot_taken = Cette heure vient d'être prise.
contact-name = Quel est votre nom, s'il vous plaît ?
    .again = Écrivez votre nom en lettres, s'il vous plaît.
confirm = { $service-label } avec { $hold-staff_name }
    { DATE($hold-start) } à { TIME($hold-start) }
    { MONEY($service-price) }
    Je réserve ?
    .plain = { $service-label }, { $hold-staff_name }
     { DATE($hold-start) } { TIME($hold-start) }
     { MONEY($service-price) }
    .confirm = Oui, réserver
    .other_time = Une autre heure
    .drop = Non merci
hold_ends_soon = Je vous garde cette heure encore deux minutes.
hold_lapsed = Je n'ai pas pu garder cette heure plus longtemps. Choisissez à nouveau, s'il vous plaît.
booked = C'est réservé : { $visit-service_label } avec { $visit-staff_name }, { DATE($visit-start) } à { TIME($visit-start) }, { MONEY($visit-price) }.
nothing_booked = D'accord, rien n'est réservé.
no_visits = Vous n'avez pas de rendez-vous à venir.
visit = Quel rendez-vous ?
    .button = Rendez-vous
visit_menu = { $visit-service_label } avec { $visit-staff_name }, { DATE($visit-start) } à { TIME($visit-start) }.
    .plain = { $visit-service_label }, { DATE($visit-start) } { TIME($visit-start) }
    .cancel = Annuler
    .keep = Garder
sure = Vraiment annuler { $visit-service_label }, { DATE($visit-start) } à { TIME($visit-start) } ?
    .cancel = Oui, annuler
    .keep = Non, garder
kept = Rien ne change.
cancelled = Votre rendez-vous est annulé.
too_late = Il est trop tard pour annuler ce rendez-vous ici.
visit_gone = Ce rendez-vous n'existe plus.
still_there = Êtes-vous toujours là ?
desk = Écrivez-nous ici : le salon vous répondra.
trouble = Quelque chose ne fonctionne pas de notre côté.
bye = À bientôt !
