// ColonnadeTable: placeholder until its first noun moves in.
