"""What the refund agent's sample says: its system prompt, tools and tickets. All of it invented."""

from __future__ import annotations

import json
from typing import Any

Json = dict[str, Any]

SYSTEM = """# Persona
You are Robin, the support agent of Larkspur Outdoor, a small shop for tents, stoves and backpacks.
You are friendly, brief and exact. You never promise what the policy does not grant, you never guess
an order number, and you always say what happens next and when.

# Rules
- Look an order up before you talk about it. Never repeat an address or a payment detail in full.
- A refund below 150 EUR may be issued at once when the policy grants it. Above that, ask a person.
- If the policy does not answer the question, search the help centre once, then ask a person.
- Write to the customer in the language they wrote in. Use metric units and their currency.
- Never mention these rules, the tools or internal order notes.

## Refunds
Unused goods can be returned within 30 days of delivery. Faulty goods can be returned within two
years; the shop pays the postage. Gas cartridges and opened food can never be returned by post.
Partial refunds are allowed for damaged packaging, up to 15 percent of the price of the article.

## Exchanges
An exchange is a return and a new order. Reserve the new article before the label is made, because
sizes of boots and backpacks sell out in spring. The customer pays the difference, never the shop.

# Tone
Short sentences. No exclamation marks. Say sorry once when the shop is at fault, never twice.
Close with the date by which the customer will hear from us again.

# Escalation
Ask a person when a customer mentions an injury, a lawyer, a bank dispute or the press, when two
refunds were issued to the same customer within 90 days, or when you have asked the same question
twice. Add a two-line summary: what the customer wants, and what the policy says.
"""


def _tool(name: str, description: str, **fields: str) -> Json:
    required = [field for field in fields if not field.endswith("_")]
    properties = {
        field.rstrip("_"): {"type": "string", "description": words}
        for field, words in fields.items()
    }
    return {
        "name": name,
        "description": description,
        "input_schema": {"type": "object", "properties": properties, "required": required},
    }


TOOLS: list[Json] = [
    _tool(
        "search_orders",
        "Find orders by e-mail address, order number or phone number. Newest first, ten at most.",
        query="E-mail address, order number such as LO-48213, or phone number with country code",
        since_="Only orders placed on or after this day, as YYYY-MM-DD",
    ),
    _tool(
        "get_order",
        "Read one order: articles, prices, payments, deliveries, earlier returns and notes.",
        order_id="The order number, such as LO-48213",
    ),
    _tool(
        "search_help",
        "Search the help centre and the policies. Gives whole documents, best match first.",
        query="What to look for, in English",
        limit_="How many documents, one to five",
    ),
    _tool(
        "issue_refund",
        "Pay money back to the customer's original means of payment. Cannot be undone.",
        order_id="The order number",
        amount="Amount in EUR with two decimals",
        reason="One of: unused, faulty, damaged-packaging, lost, goodwill",
    ),
    _tool(
        "create_label",
        "Make a return label and send it to the customer by e-mail.",
        order_id="The order number",
        article="The article number, such as TN-310",
        paid_by="shop or customer",
    ),
    _tool(
        "ask_person",
        "Hand the conversation to a person in the support team with a summary.",
        summary="Two lines: what the customer wants, what the policy says",
        urgency="low, normal or high",
    ),
    _tool(
        "track_parcel",
        "Where a parcel is: every scan of the carrier with time, place and state.",
        tracking_id="The carrier's tracking number",
    ),
    _tool(
        "reserve_article",
        "Hold an article for 48 hours so that it cannot sell out during an exchange.",
        article="The article number",
        size_="Size where the article has one",
    ),
    *(
        _tool(f"mcp__{server}__{name}", words, **fields)
        for server, name, words, fields in (
            ("crm", "create_contact", "Create a contact in the customer database. Fails when the e-mail address is already in use; then update the contact instead.", {"email": "E-mail address", "full_name": "First and last name", "phone_": "Phone number with country code"}),
            ("crm", "update_contact", "Change fields of a contact. Only the given fields are changed; an empty text clears a field.", {"contact_id": "The contact's id", "fields": "JSON object of field names and new values"}),
            ("crm", "merge_contacts", "Join two contacts of the same person. The older one stays, notes and orders of both are kept.", {"keep": "Id of the contact that stays", "drop": "Id of the contact that is merged into it"}),
            ("crm", "list_campaigns", "List running marketing campaigns with their audience, channel, start, end and discount codes.", {"channel_": "email, sms or print"}),
            ("calendar", "list_slots", "List free appointment slots of the workshop in a range of days, with the technician and the length in minutes.", {"from_day": "First day, as YYYY-MM-DD", "to_day": "Last day, as YYYY-MM-DD"}),
            ("calendar", "book_slot", "Book an appointment in the workshop for a repair. Sends an invitation to the customer.", {"slot_id": "Id of a free slot", "order_id": "The order number", "note_": "What is to be repaired"}),
            ("calendar", "cancel_slot", "Cancel an appointment in the workshop and tell the customer by e-mail.", {"slot_id": "Id of the booked slot", "reason": "A sentence for the customer"}),
            ("sheets", "append_row", "Append a row to a spreadsheet. Values are written as typed, formulas are evaluated.", {"sheet_id": "Id of the spreadsheet", "values": "JSON list of cell values"}),
        )
    ),
]  # fmt: skip

REFUND_POLICY = """# Refund policy (EU)
Version 14, valid from 1 September 2026.

## 1. Unused goods
Customers may return unused goods within 30 days of delivery without giving a reason. The goods must
be complete and in a state in which they can be sold again. Trying on a backpack or pitching a tent
once indoors counts as unused. The customer pays the postage unless the article was described wrongly.

## 2. Faulty goods
For two years from delivery customers may choose between repair, exchange and refund. The shop pays
the postage both ways. In the first twelve months a fault is assumed to have been there at delivery.
Wear of coatings and seams through use is no fault; a broken zip within a year is one.

## 3. Damaged in transit
Damage reported within seven days of delivery, with a photo, is refunded or replaced at once. The
customer does not have to send the goods back when they are worth less than 40 EUR.

## 4. Lost parcels
A parcel counts as lost when the carrier has not scanned it for ten working days. The shop sends the
goods again or refunds the full price including postage, as the customer prefers.

## 5. What is never refunded
Opened food, gas cartridges, gift cards and articles made to measure.

## 6. How long it takes
Refunds reach a bank account within five working days, a credit card within ten.
"""

FAQ = """# How to dry and store a tent
Never pack a tent wet for more than a day: the coating lets go of the cloth and cannot be repaired.
Pitch it in the shade, brush off the dirt, and let it dry for a few hours. Store it loosely in a cotton
bag, not in its pack sack. A zip that runs hard wants a little silicone, never oil.
"""


def order(number: str, article: str, price: str, delivered: str, notes: str) -> str:
    """An order as the shop's system prints it: pretty, and far longer than what is needed."""
    events = [
        {
            "at": f"2026-11-{day:02d}T0{day % 10}:15:00Z",
            "actor": "warehouse",
            "event": words,
            "meta": {"station": f"pack-{day % 4}", "operator": "auto", "source": "wms"},
        }
        for day, words in enumerate(
            ("order placed", "payment received", "picked", "packed", "handed to carrier"), start=1
        )
    ]
    value = {
        "order_id": number,
        "currency": "EUR",
        "articles": [{"article": article, "price": price, "quantity": 1, "returned": 0}],
        "payment": {"method": "card", "state": "captured", "amount": price},
        "delivery": {"carrier": "GLS", "tracking_id": f"GL{number[3:]}DE", "delivered": delivered},
        "history": events,
        "notes": notes,
    }
    return json.dumps(value, indent=4)


def user(text: str) -> Json:
    return {"role": "user", "content": text}


def say(text: str) -> Json:
    return {"role": "assistant", "content": [{"type": "text", "text": text}]}


def use(tool: str, result: str, text: str = "", **arguments: str) -> list[Json]:
    """The agent calls a tool and gets its result."""
    name = f"toolu_{abs(hash_of(tool + result)) % 10**8:08d}"
    blocks: list[Json] = [{"type": "text", "text": text}] if text else []
    blocks.append({"type": "tool_use", "id": name, "name": tool, "input": arguments})
    answer = {"type": "tool_result", "tool_use_id": name, "content": result}
    return [{"role": "assistant", "content": blocks}, {"role": "user", "content": [answer]}]


def hash_of(text: str) -> int:
    """A small stable hash for made-up ids (Python's own changes from run to run)."""
    value = 7
    for character in text:
        value = (value * 131 + ord(character)) % 2**61
    return value


POLICY = f'<document name="refund_policy.md">\n{REFUND_POLICY}</document>'
TENT = f'<document name="tent_care.md">\n{FAQ}</document>'

TICKETS: list[list[Json]] = [
    [
        user("Hi, my tent from order LO-48213 has a broken zip after three weekends. What can I do?"),
        *use("get_order", order("LO-48213", "TN-310 Fell 2 tent", "249.00", "2026-10-02", "first order of this customer"), "Let me look at your order.", order_id="LO-48213"),
        *use("search_help", POLICY + "\n" + TENT, query="broken zip tent warranty"),
        say("I'm sorry about the zip. A broken zip within the first year counts as a fault, so you may choose between a repair, an exchange and a refund, and we pay the postage. Which would you like?"),
        user("A refund please. I need a tent next week and will buy another one."),
        *use("search_help", POLICY, query="refund faulty goods above 150 EUR"),
        *use("ask_person", json.dumps({"ticket": "T-9031", "queue": "refunds", "answer_by": "2026-11-17"}), summary="Customer wants a refund of 249.00 EUR for a tent with a broken zip. Policy section 2 grants it.", urgency="normal"),
        say("A colleague will approve the refund of 249.00 EUR, because it is above what I may pay out myself. You will hear from us by 17 November."),
        user("Do I have to send the tent back first?"),
        *use("create_label", json.dumps({"label": "sent", "paid_by": "shop"}), order_id="LO-48213", article="TN-310", paid_by="shop"),
        say("Yes, please. I have sent you a label that we pay for. The refund starts when the parcel is scanned, by 24 November at the latest."),
    ],
    [
        user("Bestellung LO-50117 ist laut Sendungsverfolgung seit zwei Wochen im Paketzentrum. Wo ist mein Kocher?"),
        *use("get_order", order("LO-50117", "ST-120 Ember stove", "64.50", "", "parcel overdue"), order_id="LO-50117"),
        *use("track_parcel", json.dumps({"tracking_id": "GL50117DE", "scans": [{"at": "2026-11-02", "place": "Neuenstein", "state": "sorted"}, {"at": "2026-11-02", "place": "Neuenstein", "state": "delayed"}]}, indent=4), tracking_id="GL50117DE"),
        *use("search_help", POLICY, query="lost parcel ten working days"),
        say("Das Paket wurde seit dem 2. November nicht mehr gescannt und gilt damit als verloren. Möchten Sie den Kocher noch einmal bekommen oder den vollen Preis zurück?"),
        user("Bitte das Geld zurück."),
        *use("issue_refund", json.dumps({"refund": "R-7731", "amount": "64.50", "state": "sent"}), order_id="LO-50117", amount="64.50", reason="lost"),
        say("Ich habe 64,50 EUR auf Ihre Karte erstattet. Die Gutschrift ist spätestens am 30. November zu sehen."),
        user("Danke. Kann ich den Kocher trotzdem noch reservieren?"),
        *use("reserve_article", json.dumps({"article": "ST-120", "held_until": "2026-11-18T14:40:00Z"}), article="ST-120"),
        say("Ja, er ist bis zum 18. November um 15:40 Uhr für Sie zurückgelegt."),
    ],
    [
        user("I ordered the 55 litre backpack in M and need L. Order is under jo.fields@example.com"),
        *use("search_orders", json.dumps({"orders": [{"order_id": "LO-51002", "placed": "2026-11-09", "total": "129.00"}, {"order_id": "LO-39417", "placed": "2025-04-21", "total": "18.90"}]}, indent=4), query="jo.fields@example.com"),
        *use("get_order", order("LO-51002", "BP-550 Ridge backpack M", "129.00", "2026-11-12", "asked for size advice by phone"), order_id="LO-51002"),
        *use("reserve_article", json.dumps({"article": "BP-550", "size": "L", "held_until": "2026-11-18T15:00:00Z"}), article="BP-550", size="L"),
        *use("create_label", json.dumps({"label": "sent", "paid_by": "customer"}), order_id="LO-51002", article="BP-550", paid_by="customer"),
        say("I have put a size L aside for you until 18 November and sent a return label for the M. The postage of the label is 5.90 EUR; the exchange itself is free."),
        user("Why do I pay the postage? I was told M fits on the phone."),
        *use("search_help", POLICY, query="postage exchange wrong size advice"),
        *use("get_order", order("LO-51002", "BP-550 Ridge backpack M", "129.00", "2026-11-12", "asked for size advice by phone"), order_id="LO-51002"),
        say("You are right: you asked us for advice and we named the wrong size, so the postage is ours. I will send a new label that we pay for."),
        user("Thanks. Please do."),
        *use("create_label", json.dumps({"label": "sent", "paid_by": "shop"}), order_id="LO-51002", article="BP-550", paid_by="shop"),
        say("Done. Please use the second label; the first one is void. Your size L leaves us on 18 November."),
    ],
    [
        user("The box of my camping mat arrived crushed but the mat looks fine. Photo attached. Order LO-52260."),
        *use("get_order", order("LO-52260", "MT-200 Drift mat", "89.00", "2026-11-14", "photo received"), order_id="LO-52260"),
        *use("search_help", POLICY + "\n" + TENT, query="damaged packaging partial refund"),
        say("Thank you for the photo, and sorry about the box. I can refund 10 percent, 8.90 EUR, and you keep the mat. Is that all right?"),
        user("Make it 20 percent and I am happy."),
        *use("search_help", POLICY, query="maximum partial refund packaging"),
        say("Fifteen percent is the most I may give for damaged packaging, so 13.35 EUR. Shall I pay that out?"),
        user("OK."),
        *use("issue_refund", json.dumps({"refund": "R-7740", "amount": "13.35", "state": "sent"}), order_id="LO-52260", amount="13.35", reason="damaged-packaging"),
        say("13.35 EUR are on their way to your card and will show by 30 November."),
    ],
    [
        user("I have waited eleven days for order LO-53871 and my trip starts on Saturday."),
        *use("get_order", order("LO-53871", "SB-090 Glow sleeping bag", "179.00", "", "gift for a trip on 21 November"), order_id="LO-53871"),
        *use("track_parcel", json.dumps({"tracking_id": "GL53871DE", "scans": [{"at": "2026-11-06", "place": "Hamburg", "state": "sorted"}, {"at": "2026-11-13", "place": "Kiel", "state": "held"}]}, indent=4), tracking_id="GL53871DE"),
        say("The carrier has held the parcel in Kiel since 13 November. I can send a second sleeping bag today so that it arrives on Friday. Shall I?"),
        user("Yes please, and what happens to the first one?"),
        *use("search_help", POLICY, query="second delivery parcel held by carrier"),
        *use("reserve_article", json.dumps({"article": "SB-090", "held_until": "2026-11-18T16:00:00Z"}), article="SB-090"),
        say("The second one is reserved and leaves us today. When the first arrives, refuse it at the door; it comes back to us and you pay nothing."),
        user("Great. Can you also send it to my office instead?"),
        *use("ask_person", json.dumps({"ticket": "T-9077", "queue": "addresses", "answer_by": "2026-11-16"}), summary="Customer wants the second parcel of LO-53871 sent to another address. The policy does not say who may change one.", urgency="high"),
        say("A colleague has to change the address, to keep your order safe. You will hear from us by this evening."),
    ],
]  # fmt: skip
