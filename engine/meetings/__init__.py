"""Who meets whom at an event, and when: pairs that nobody would rather swap, and a timetable that holds them."""
