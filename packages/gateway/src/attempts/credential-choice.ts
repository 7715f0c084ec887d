import { type Clock, drawByWeight, sleep } from '@fairlead/base'
import { gatewayError } from '../errors/gateway-error.ts'
import type { Credential, ProviderRuntime } from '../providers/provider-runtime.ts'
import type { SecretSource } from '../sources/sources.ts'
import type { CredentialRefusals } from '../upstream/credential-refusals.ts'
import { UpstreamFailure } from '../upstream/upstream-failure.ts'

interface CredentialParts {
  readonly refusals: CredentialRefusals
  readonly secrets: SecretSource
  readonly clock: Clock
  readonly random: () => number
}

/** The keys that one call has used: each is tried once. */
export class CredentialChoice {
  readonly #parts: CredentialParts
  readonly #tried = new Set<string>()

  constructor(parts: CredentialParts) {
    this.#parts = parts
  }

  /**
   * One of the provider's keys by weight, refused ones only when there is no other. Undefined for a
   * provider without keys. Throws when it needs one and no Secret has it.
   */
  choose(provider: ProviderRuntime): Credential | undefined {
    const { credentials } = provider
    if (credentials.length === 0) {
      if (!provider.type.needsCredential && provider.settings.credentials.length === 0) {
        return undefined
      }
      throw new UpstreamFailure('Target', gatewayError.credentialsMissing(provider.key))
    }
    if (credentials.length === 1) return credentials[0]
    const { refusals, random } = this.#parts
    const fresh = credentials.filter(
      ({ value }) => !this.#tried.has(value) && !refusals.isRefused(value),
    )
    const usable = fresh.length > 0 ? fresh : credentials
    return usable[drawByWeight(usable, random())]
  }

  /**
   * Another key for the same provider after `refused` was not accepted: one that was not tried, or
   * the refused one's new value when its Secret changes now. A call that runs into a rotation waits
   * for it briefly.
   */
  async replace(
    refused: Credential,
    provider: ProviderRuntime,
    signal: AbortSignal,
  ): Promise<Credential | undefined> {
    this.#tried.add(refused.value)
    this.#parts.refusals.note(refused.value)
    const other = provider.credentials.find(({ value }) => !this.#tried.has(value))
    if (other !== undefined) return other
    return this.#newValue(refused) ?? (await this.#awaitRotation(refused, signal))
  }

  #newValue(refused: Credential): Credential | undefined {
    const value = this.#parts.secrets.get(refused.secret)?.trim()
    if (value === undefined || value === '' || this.#tried.has(value)) return undefined
    return { ...refused, value }
  }

  async #awaitRotation(refused: Credential, signal: AbortSignal): Promise<Credential | undefined> {
    const { clock, refusals, secrets } = this.#parts
    const waitMs = refusals.rotationWaitMs(refused.value)
    if (waitMs === 0) return undefined
    const changed = new AbortController()
    const unsubscribe = secrets.subscribe(() => {
      if (this.#newValue(refused) !== undefined) changed.abort()
    })
    const onAbort = () => changed.abort()
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      await sleep(clock, waitMs, changed.signal).catch(() => {})
    } finally {
      unsubscribe()
      signal.removeEventListener('abort', onAbort)
    }
    return this.#newValue(refused)
  }
}
