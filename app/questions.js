// Ready questions for the lab: a title and the code that answers it.

/** @type {Array<[string, string]>} */
export const QUESTIONS = [
  [
    "Cost per tool and day",
    `from collections import Counter
cost = Counter()
for one in opened.attributions:
    day = one.call.started.date().isoformat() if one.call.started else "no date"
    for span in one.spans():
        segment = trace.segments[span.segment] if span.segment is not None else None
        if segment and segment.category == "tool_result":
            cost[day, segment.path[1]] += span.pusd
rows = [(day, tool, lab.dollars(pusd)) for (day, tool), pusd in cost.most_common()]
lab.table(rows, ["day", "tool", "cost"])
lab.download("cost-per-tool.csv", "\\n".join(",".join(row) for row in rows))`,
  ],
  [
    "Write and run a detector",
    `# Texts that were sent in ten calls or more and never read from a cache.
sent, read, cost = {}, set(), {}
for one in opened.attributions:
    for span in one.spans():
        if span.segment is None or span.billed == "output":
            continue
        sent.setdefault(span.segment, set()).add(one.call.id)
        cost[span.segment] = cost.get(span.segment, 0) + span.pusd
        if span.billed == "read":
            read.add(span.segment)
found = [(n, calls) for n, calls in sent.items() if len(calls) >= 10 and n not in read]
lab.table([("/".join(trace.segments[n].path), len(calls), lab.dollars(cost[n])) for n, calls in found], ["text", "calls", "cost"])
print(f"{len(found)} texts")`,
  ],
  [
    "Try another tokenizer",
    `from whytokens.tokenizers.choose import choose
from whytokens import assets, lab
tokenizer, exactness = choose("gpt-4o", None)
if tokenizer.asset and not assets.have(tokenizer.asset):
    assets.put(tokenizer.asset, await lab._fetch(base + "assets/" + tokenizer.asset))
texts = [s.text for s in trace.segments if s.text]
print(f"{sum(tokenizer.count_many(texts)):,} tokens of {len(texts):,} texts by {tokenizer.key} ({exactness})")`,
  ],
  [
    "Longest texts",
    `rows = sorted((s for s in trace.segments if s.text), key=lambda s: -len(s.text))[:20]
lab.table([("/".join(s.path), len(s.text), f"{s.where.file}:{s.where.line}") for s in rows], ["text", "characters", "where"])`,
  ],
];
