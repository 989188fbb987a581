"""Commands whose streams, surroundings and clock are not what they should be."""
