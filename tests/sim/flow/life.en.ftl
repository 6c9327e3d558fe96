### reviewed by the Ganira authors, 2026-11-20
entry = { $entries }
nap = napping
    .meanwhile = napping
