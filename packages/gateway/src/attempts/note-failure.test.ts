import { FakeClock } from '@fairlead/base/testing'
import { ModelError } from '@fairlead/llm'
import { expect, it } from 'vitest'
import type { Credential, ProviderRuntime } from '../providers/provider-runtime.ts'
import type { CallTarget } from '../routing/call-target.ts'
import { CredentialState } from '../upstream/credential-state.ts'
import { ProviderState } from '../upstream/provider-state.ts'
import { UpstreamFailure } from '../upstream/upstream-failure.ts'
import { noteFailure } from './note-failure.ts'

const health = {
  failures: 5,
  windowMs: 30_000,
  ejectForMs: 10_000,
  maxEjectForMs: 60_000,
  maxEjectedPercent: 100,
  probe: undefined,
}

it('what a provider says after it has refused its keys is not in its state', () => {
  const clock = new FakeClock()
  const state = new ProviderState(clock, health, () => {})
  const credential = { state: new CredentialState(clock, () => {}) } as Credential
  const settings = { authentication: { source: 'Credentials' } }
  const provider = { state, settings, credentials: [credential] } as unknown as ProviderRuntime
  const target = { provider, model: 'm' } as CallTarget
  const own = new ModelError('authentication', 'own words')
  const refused = new UpstreamFailure('CredentialRefused', own, 'status 401')
  noteFailure(refused, target, credential, clock.monotonicMs())
  expect(state.health).toBe('Unauthorized')
  expect(state.message).toContain('None of its keys is usable')
  const theirs = new ModelError('upstream', 'The provider answered: secret words')
  const failed = new UpstreamFailure('ServerError', theirs, 'status 500')
  noteFailure(failed, target, credential, clock.monotonicMs())
  expect(state.message).toBe('The latest call failed: status 500.')
})
