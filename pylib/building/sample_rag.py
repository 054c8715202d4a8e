"""What the RAG chatbot's sample says: a museum's opening hours and rules. All of it invented."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

SYSTEM = """# Task
You answer visitors of the Halland Clock Museum from the documents you are given, and from nothing else.
Name the document an answer comes from. If the documents do not say, say so and give the desk's number.

# Style
Two or three sentences. Prices in kronor, times on the 24-hour clock.
"""

DOCUMENTS = {
    "opening_hours.md": """# Opening hours
From May to September the museum is open from 10:00 to 18:00, on Thursdays until 21:00. From October to
April it is open from 11:00 to 17:00 and closed on Mondays. On 24, 25 and 31 December and on 1 January it
stays closed; on 26 December it opens at 12:00. The last entry is 45 minutes before closing.

The tower with the great movement can be visited at 11:30, 13:30 and 15:30, in groups of twelve. In wind
above 14 metres per second the tower is closed; the desk knows from 9:00 whether it opens that day.

The reading room is open on Tuesdays and Thursdays from 13:00 to 16:00. Catalogues may be read there but
not borrowed; photographs without flash are allowed for private use.
""",
    "tickets.md": """# Tickets
Adults 140 kronor, students and pensioners 95, children up to 15 free with an adult. A family ticket for
two adults and up to four children costs 240 kronor. The tower costs 60 kronor more for everybody.

The annual card costs 420 kronor. It holds for one person and any number of visits, with ten percent off
in the shop and the café. Members of the Friends of the Museum enter free and may bring one guest.

Groups of ten or more pay 110 kronor a head when they book at least five working days ahead. School classes
from the county enter free on weekdays; a guided tour for a class costs 900 kronor and lasts an hour.

Tickets bought online can be changed until midnight of the day before, free of charge. They are refunded
only when the museum closes unannounced. Lost tickets are printed again at the desk with the order number.
""",
    "access.md": """# Access
The ground floor, the café and the workshop can be reached without steps. A lift goes to the first and the
second floor; its door is 82 centimetres wide. The tower has 96 steps and no lift. A film of the great
movement, with the view from the top, runs in the ground-floor cinema every twenty minutes.

Wheelchairs can be borrowed at the desk against a deposit of 100 kronor. Two parking places for permit
holders are in the yard, entered from Kvarngatan. Guide dogs are welcome everywhere but in the workshop.

Audio guides in eight languages are included. Induction loops are at the desk and in the cinema. On the
first Sunday of each month the bells are silent from 10:00 to 12:00 for visitors who avoid sudden sounds.
""",
    "workshop.md": """# Workshop for repairs
Visitors may bring one clock or watch a month. The first look is free; the workshop says what is broken and
what a repair would cost. Repairs take three to nine weeks. Battery watches are not repaired.

Courses: “Take a clock apart and put it together again”, six evenings, 2,400 kronor, eight people, from 16
years. Dates are published on the first day of February and of August, and places go by lot.
""",
    "cafe.md": """# Café
Open whenever the museum is, until half an hour before closing. Lunch from 11:30 to 14:00. Packed lunches
may be eaten in the yard and, in rain, in the cloister, not in the café. A table for more than eight people
is reserved by telephone. The terrace is closed while the bells of the full hour ring at noon.
""",
    "history.md": """# The great movement
The movement was built in 1743 for the church of Sankt Olof by Anders Lindqvist and his daughter Britta, who
cut the escape wheel when she was nineteen. It drove three dials and a carillon of eleven bells until 1961,
when an electric motor took over the hands. Volunteers restored it from 1988 to 1994: 312 parts were
cleaned, 41 were made anew, and the pendulum of 4.2 metres was hung again. It loses two seconds a day.

The carillon plays at noon and at 18:00. Its drum holds 2,880 pins and four melodies; the third of them was
thought lost until a visitor recognised it in 2003 from her grandmother's music box.
""",
}

# Question, the documents the search gave for it, best first, and the answer.
TURNS: list[tuple[str, tuple[str, ...], str]] = [
    (
        "Hi! Are you open on a Monday in November?",
        ("opening_hours.md", "cafe.md", "tickets.md"),
        "No. From October to April the museum is closed on Mondays; on other days it is open from 11:00 to 17:00 (opening_hours.md).",
    ),
    (
        "And what does it cost for two adults and three kids, with the tower?",
        ("tickets.md", "opening_hours.md", "access.md"),
        "A family ticket is 240 kronor, and the tower is 60 kronor more for each of the five of you, so 540 kronor in all (tickets.md).",
    ),
    (
        "My mother uses a wheelchair. Can she see the big clock?",
        ("access.md", "history.md", "opening_hours.md"),
        "The tower has 96 steps and no lift, so she cannot go up. A film of the great movement with the view from the top runs in the cinema on the ground floor every twenty minutes (access.md).",
    ),
    (
        "How old is it?",
        ("history.md", "workshop.md", "opening_hours.md"),
        "It was built in 1743 by Anders Lindqvist and his daughter Britta, and restored from 1988 to 1994 (history.md).",
    ),
    (
        "Could I bring my grandfather's pocket watch to be looked at?",
        ("workshop.md", "tickets.md", "history.md"),
        "Yes, one clock or watch a month, and the first look is free. Only battery watches are not repaired (workshop.md).",
    ),
    (
        "Can I change my online tickets if it rains?",
        ("tickets.md", "opening_hours.md", "cafe.md"),
        "You can change them free of charge until midnight of the day before, whatever the weather; they are not refunded (tickets.md).",
    ),
]  # fmt: skip
