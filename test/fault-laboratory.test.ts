import type { FailureClass } from '@fairlead/llm'
import { describe, expect, it } from 'vitest'
import type { Fault, Form } from './fault-laboratory/fault.ts'
import { faults } from './fault-laboratory/faults.ts'
import { faultsPage, pagePath } from './fault-laboratory/faults-page.ts'
import { observe } from './fault-laboratory/laboratory.ts'
import { wires } from './fault-laboratory/wire.ts'
import { readFile } from 'node:fs/promises'

type Health = 'Healthy' | 'Unreachable' | 'Unauthorized' | 'RateLimited' | 'Unknown'

/** What has to follow from each kind of failure, written down apart from the code that does it. */
const consequences: Readonly<
  Record<
    FailureClass | 'Success',
    { readonly next: boolean; readonly health: Health; readonly key: string | undefined }
  >
> = {
  Success: { next: false, health: 'Healthy', key: undefined },
  InvalidRequest: { next: false, health: 'Healthy', key: undefined },
  ContentRefused: { next: false, health: 'Healthy', key: undefined },
  CredentialRefused: { next: true, health: 'Unauthorized', key: 'Refused' },
  CredentialExpired: { next: true, health: 'Unauthorized', key: 'Expired' },
  CreditExhausted: { next: true, health: 'Unknown', key: 'Exhausted' },
  ModelUnavailable: { next: true, health: 'Healthy', key: undefined },
  Misconfigured: { next: true, health: 'Unreachable', key: undefined },
  Unsupported: { next: true, health: 'Unknown', key: undefined },
  RateLimited: { next: true, health: 'Unknown', key: 'Exhausted' },
  Overloaded: { next: true, health: 'RateLimited', key: undefined },
  ServerError: { next: true, health: 'Unreachable', key: undefined },
  Connect: { next: true, health: 'Unreachable', key: undefined },
  Timeout: { next: true, health: 'Unreachable', key: undefined },
  Cut: { next: true, health: 'Unreachable', key: undefined },
  InvalidAnswer: { next: true, health: 'Unreachable', key: undefined },
}

const cases = faults.flatMap((fault) =>
  wires.flatMap((wire) =>
    (fault.forms ?? (['whole', 'stream'] as const)).map(
      (form) => [`${fault.name}, ${wire.type}, ${form}`, fault, wire, form] as const,
    ),
  ),
)

describe.concurrent('a provider that misbehaves', () => {
  it.each(cases)('%s', async (_name, fault, wire, form) => {
    const [alone, beside] = await Promise.all([
      observe(fault, wire, form, false),
      observe(fault, wire, form, true),
    ])
    const { outcome, begun } = fault.expected
    const { next, health, key } = consequences[outcome]
    for (const seen of [alone, beside]) {
      expect(seen.outcome.attempts[0]).toMatchObject({ target: 'first', outcome })
      expect(seen.first.health).toBe(begun ? 'Healthy' : healthOf(fault, health))
      expect(seen.first.credentials[0]?.state).toBe(key)
      expect(seen.said).not.toContain('sk-laboratory')
    }
    expectAlone(alone, fault, form)
    const asked = beside.outcome.attempts.map(({ target }) => target)
    expect(asked).toEqual(next && !begun ? ['first', 'second'] : ['first'])
    if (next && !begun) expect([beside.text, beside.error]).toEqual(['one two', undefined])
  })
})

/** A provider that says when it is back rests, whatever its error is. */
function healthOf({ name }: Fault, health: Health): Health {
  return name === 'unavailable-seconds' ? 'RateLimited' : health
}

function expectAlone(seen: Awaited<ReturnType<typeof observe>>, fault: Fault, form: Form): void {
  const { begun, code, outcome, status } = fault.expected
  if (outcome === 'Success') {
    expect([seen.text, seen.error]).toEqual(['one two', undefined])
    return
  }
  if (begun) expect(seen.text).toBe('one ')
  else expect([form, seen.error?.status]).toEqual([form, status])
  expect(seen.error).toBeDefined()
  if (code !== undefined) expect(seen.error?.code).toBe(code)
}

it('at least 60 of them are known', () => {
  expect(new Set(faults.map(({ name }) => name)).size).toBeGreaterThanOrEqual(60)
})

it('docs/faults.md lists them', async () => {
  expect(await readFile(pagePath, 'utf8')).toBe(await faultsPage())
})
