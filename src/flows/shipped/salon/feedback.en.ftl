### reviewed by the Ganira authors, 2026-11-20
stars = How was your { $visit-service_label } with { $visit-staff_name }?
    .plain = How was your { $visit-service_label }?
    .template-1 = { $visit-service_label }
    .template-2 = { $visit-staff_name }
    .button = Answer
    .five = Very good
    .four = Good
    .three = So-so
    .two = Not good
    .one = Bad
    .never = Please do not ask me
    .never-button = Do not ask me
words = We are sorry. What should we do better?
heard = Thank you for telling us. We will see to it.
thanks = Thank you! We are glad that you came.
never = All right, we will not ask again.
