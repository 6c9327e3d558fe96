### reviewed by the Ganira authors, 2026-11-20
entry = { $entries }
blank = A blank page.
