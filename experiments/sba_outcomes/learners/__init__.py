"""Learners that only this study uses: levels over years, blends, hurdle counts, encodings of words."""
