"""地址 The address book of the place: reading written addresses, finding buildings, bringing lists in."""
