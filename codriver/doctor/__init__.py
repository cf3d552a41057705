"""What can be checked before the start, told in a co-driver's words: OK, or what to do. Not a part of the drive."""
