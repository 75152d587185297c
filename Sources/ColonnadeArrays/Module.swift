// ColonnadeArrays
