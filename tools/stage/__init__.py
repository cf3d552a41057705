"""How the bundled stage is made: a course that is written down, a piste laid from it, a book drawn from the piste."""
