"""What a house knows about its database beyond names and rows: synonyms, descriptions, meanings of codes, verified questions."""
