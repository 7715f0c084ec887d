"""Calls Fairlead with every client, for every API by which it is answered, and prints a table."""

import asyncio
import sys
import traceback

from checks import CHECKS
from clients import CLIENTS

APIS = ["chat", "responses", "messages", "gemini", "simulator"]
#: The Simulator always answers, and only in its own words.
SIMULATOR = ["chat", "stream", "tools", "fifty"]
DEADLINE_SECONDS = 60


async def run(check, client, api):
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            try:
                await check(client, api)
            finally:
                await client.close()
        return "ok"
    except NotImplementedError:
        return "-"
    except BaseException:
        print(f"\n{client.name}, answered by {api}, {check.__name__}:", file=sys.stderr)
        traceback.print_exc(limit=-4)
        return "FAILS"


async def main(wanted):
    names = list(CHECKS)
    print(f"{'client':28}{'answered by':13}" + "".join(f"{name:12}" for name in names))
    failed = 0
    for client in CLIENTS:
        if wanted and not any(client.name.startswith(name) for name in wanted):
            continue
        for api in APIS:
            row = []
            for name, check in CHECKS.items():
                runs = api != "simulator" or name in SIMULATOR
                row.append(await run(check, client(), api) if runs else "")
            failed += row.count("FAILS")
            print(f"{client.name:28}{api:13}" + "".join(f"{cell:12}" for cell in row), flush=True)
    return 1 if failed else 0


sys.exit(asyncio.run(main(sys.argv[1:])))
