"""What host programs do with each SDK. Every scenario gives back what the host saw, as plain text."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import anthropic
import httpx
import mistralai.client as mistral
import openai
import requests
from google import genai
from google.genai import types

HELLO = [{"role": "user", "content": "Woher kommt der Gruß?"}]
TOOL = {
    "type": "function",
    "function": {"name": "look_up", "parameters": {"type": "object", "properties": {}}},
}


def chat(address: str) -> Any:
    client = openai.OpenAI(base_url=f"{address}/v1", api_key="sk-secret", max_retries=0)
    found = client.chat.completions.create(model="gpt-4o", messages=HELLO)
    return found.choices[0].message.content, found.usage.total_tokens


def chat_stream(address: str) -> Any:
    client = openai.OpenAI(base_url=f"{address}/v1", api_key="sk-secret", max_retries=0)
    options = {"include_usage": True}
    chunks = client.chat.completions.create(
        model="gpt-4o", messages=HELLO, stream=True, stream_options=options
    )
    return [chunk.choices[0].delta.content for chunk in chunks if chunk.choices]


def chat_async(address: str) -> Any:
    async def ask() -> Any:
        async with openai.AsyncOpenAI(base_url=f"{address}/v1", api_key="sk-secret") as client:
            found = await client.chat.completions.create(model="gpt-4o", messages=HELLO)
            return found.choices[0].message.content

    return asyncio.run(ask())


def chat_async_stream(address: str) -> Any:
    async def ask() -> Any:
        async with openai.AsyncOpenAI(base_url=f"{address}/v1", api_key="sk-secret") as client:
            chunks = await client.chat.completions.create(
                model="gpt-4o", messages=HELLO, stream=True, stream_options={"include_usage": True}
            )
            return [one.choices[0].delta.content async for one in chunks if one.choices]

    return asyncio.run(ask())


def chat_tool_loop(address: str) -> Any:
    client = openai.OpenAI(base_url=f"{address}/v1", api_key="sk-secret")
    messages: list[Any] = list(HELLO)
    first = client.chat.completions.create(model="gpt-4o", messages=messages, tools=[TOOL])
    call = first.choices[0].message.tool_calls[0]
    messages += [
        first.choices[0].message.model_dump(exclude_none=True),
        {"role": "tool", "tool_call_id": call.id, "content": "18 °C"},
    ]
    last = client.chat.completions.create(model="gpt-4o", messages=messages, tools=[TOOL])
    return call.function.name, last.choices[0].message.content


def responses(address: str) -> Any:
    client = openai.OpenAI(base_url=f"{address}/v1", api_key="sk-secret")
    return client.responses.create(model="gpt-4.1", input="Woher?").output_text


def responses_stream(address: str) -> Any:
    client = openai.OpenAI(base_url=f"{address}/v1", api_key="sk-secret")
    events = client.responses.create(model="gpt-4.1", input="Woher?", stream=True)
    return [event.delta for event in events if event.type == "response.output_text.delta"]


def messages(address: str) -> Any:
    client = anthropic.Anthropic(base_url=address, api_key="sk-ant-secret")
    found = client.messages.create(model="claude-opus-5", max_tokens=50, messages=HELLO)
    return found.content[0].text, found.usage.cache_read_input_tokens


def messages_stream(address: str) -> Any:
    client = anthropic.Anthropic(base_url=address, api_key="sk-ant-secret")
    asked: dict[str, Any] = {"model": "claude-opus-5", "max_tokens": 50, "messages": HELLO}
    with client.messages.stream(**asked) as stream:
        return list(stream.text_stream), stream.get_final_message().usage.output_tokens


def messages_async(address: str) -> Any:
    async def ask() -> Any:
        async with anthropic.AsyncAnthropic(base_url=address, api_key="sk-ant-secret") as client:
            asked: dict[str, Any] = {"model": "claude-opus-5", "max_tokens": 50}
            events = await client.messages.create(messages=HELLO, stream=True, **asked)
            return [event.type async for event in events]

    return asyncio.run(ask())


def _genai(address: str) -> genai.Client:
    return genai.Client(api_key="g-secret", http_options=types.HttpOptions(base_url=address))


def gemini(address: str) -> Any:
    client = _genai(address)  # closes what it holds when it is collected
    found = client.models.generate_content(model="gemini-2.5-flash", contents="Woher?")
    return found.text, found.usage_metadata.thoughts_token_count


def gemini_stream(address: str) -> Any:
    client = _genai(address)
    asked: dict[str, Any] = {"model": "gemini-2.5-flash", "contents": "Woher?"}
    chunks = client.models.generate_content_stream(**asked)
    return [chunk.text for chunk in chunks]


def gemini_async(address: str) -> Any:
    async def ask() -> Any:
        async with _genai(address).aio as client:
            asked: dict[str, Any] = {"model": "gemini-2.5-flash", "contents": "Woher?"}
            found = await client.models.generate_content(**asked)
            return found.text

    return asyncio.run(ask())


def mistral_chat(address: str) -> Any:
    with mistral.Mistral(api_key="m-secret", server_url=address) as client:
        found = client.chat.complete(model="mistral-small-latest", messages=HELLO)
        return found.choices[0].message.content


def mistral_stream(address: str) -> Any:
    with mistral.Mistral(api_key="m-secret", server_url=address) as client:
        events = client.chat.stream(model="mistral-small-latest", messages=HELLO)
        return [event.data.choices[0].delta.content for event in events if event.data.choices]


def mistral_async(address: str) -> Any:
    async def ask() -> Any:
        async with mistral.Mistral(api_key="m-secret", server_url=address) as client:
            found = await client.chat.complete_async(model="mistral-small-latest", messages=HELLO)
            return found.choices[0].message.content

    return asyncio.run(ask())


def by_requests(address: str) -> Any:
    body = {"model": "gpt-4o", "messages": HELLO}
    return requests.post(f"{address}/v1/chat/completions", json=body, timeout=5).json()["usage"]


def by_requests_stream(address: str) -> Any:
    body = {"model": "gpt-4o", "messages": HELLO, "stream": True}
    with requests.post(
        f"{address}/v1/chat/completions", json=body, stream=True, timeout=5
    ) as answer:
        return [line for line in answer.iter_lines() if line]


def by_httpx(address: str) -> Any:
    body = {"model": "gpt-4o", "messages": HELLO}
    return httpx.post(f"{address}/v1/chat/completions", json=body).json()["usage"]


def by_httpx_stream(address: str) -> Any:
    body = {"model": "gpt-4o", "messages": HELLO, "stream": True}
    with httpx.stream("POST", f"{address}/v1/chat/completions", json=body) as answer:
        return "".join(answer.iter_text())


# Calls that a scenario makes, 1 unless said.
SCENARIOS: dict[Callable[[str], Any], int] = {
    chat: 1,
    chat_stream: 1,
    chat_async: 1,
    chat_async_stream: 1,
    chat_tool_loop: 2,
    responses: 1,
    responses_stream: 1,
    messages: 1,
    messages_stream: 1,
    messages_async: 1,
    gemini: 1,
    gemini_stream: 1,
    gemini_async: 1,
    mistral_chat: 1,
    mistral_stream: 1,
    mistral_async: 1,
    by_requests: 1,
    by_requests_stream: 1,
    by_httpx: 1,
    by_httpx_stream: 1,
}
