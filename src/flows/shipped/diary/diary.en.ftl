entry = { $entries }
