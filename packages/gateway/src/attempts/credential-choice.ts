import { type Clock, drawByWeight, sleep } from '@fairlead/base'
import { gatewayError } from '../errors/gateway-error.ts'
import type { Credential, ProviderRuntime } from '../providers/provider-runtime.ts'
import type { CallTarget } from '../routing/call-target.ts'
import { weightByQuota } from '../routing/weight-by-quota.ts'
import type { SecretSource } from '../sources/sources.ts'
import type { CredentialStates } from '../upstream/credential-states.ts'
import { UpstreamFailure } from '../upstream/upstream-failure.ts'

interface CredentialParts {
  readonly secrets: SecretSource
  readonly credentialStates: CredentialStates
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
}

/** Chooses the keys for one call: one that was refused is not tried again. */
export class CredentialChoice {
  readonly #parts: CredentialParts
  readonly #refused = new Set<string>()

  constructor(parts: CredentialParts) {
    this.#parts = parts
  }

  /**
   * One of the provider's keys, drawn by weight from those that are usable for the model, less often
   * where little is left of the provider's limits for it; if none is, the one that is back first. Undefined for a provider without keys, and for one
   * that is asked with its callers' own or with the gateway's identity. Throws if it needs a key
   * and no Secret has one. `isPreferred` says which key is chosen as long as it is usable, whatever
   * the weights.
   */
  choose(
    { provider, model }: CallTarget,
    isPreferred: (credential: Credential) => boolean = () => false,
  ): Credential | undefined {
    const { credentials } = provider
    if (provider.settings.authentication.source !== 'Credentials') return undefined
    if (credentials.length === 0) {
      if (!provider.type.needsCredential && provider.settings.credentials.length === 0) {
        return undefined
      }
      const error = gatewayError.credentialsMissing(provider.key)
      throw new UpstreamFailure('Misconfigured', error, 'no Secret has its key')
    }
    if (credentials.length === 1) return credentials[0]
    const usable = this.#usable(credentials, model)
    const chosen = usable.find(isPreferred) ?? this.#draw(usable, model)
    return chosen ?? credentials.reduce((best, one) => earlier(best, one, model))
  }

  /** A usable key other than this one for the same target. Undefined if there is none. */
  other(limited: Credential, { provider, model }: CallTarget): Credential | undefined {
    const usable = this.#usable(provider.credentials, model).filter((one) => one !== limited)
    return this.#draw(usable, model)
  }

  /**
   * Another key for the same provider after `refused` was rejected: one that is usable, or the new
   * value if its Secret has just changed. Undefined if there is none.
   */
  replace(refused: Credential, target: CallTarget): Credential | undefined {
    this.#refused.add(refused.value)
    const { provider } = target
    const other = this.#usable(provider.credentials, target.model)[0]
    return other ?? this.#newValue(refused, provider)
  }

  #draw(usable: readonly Credential[], model: string): Credential | undefined {
    if (usable.length < 2) return usable[0]
    const nowMs = this.#parts.clock.monotonicMs()
    const weighted = usable.map(({ state, weight }) => ({
      weight: weightByQuota(weight, state.quota.share(model, nowMs)),
    }))
    return usable[drawByWeight(weighted, this.#parts.random())]
  }

  #usable(credentials: readonly Credential[], model: string): readonly Credential[] {
    const nowMs = this.#parts.clock.monotonicMs()
    return credentials.filter(
      ({ state, value }) => !this.#refused.has(value) && state.availableAtMs(model) <= nowMs,
    )
  }

  #newValue(refused: Credential, { key }: ProviderRuntime): Credential | undefined {
    const value = this.#parts.secrets.get(refused.secret)?.trim()
    if (value === undefined || value === '' || this.#refused.has(value)) return undefined
    return { ...refused, value, state: this.#parts.credentialStates.of(key, value) }
  }

  /** The new value of a refused key whose Secret is just changing, after a short wait. */
  async awaitRotation(
    refused: Credential,
    { provider }: CallTarget,
    signal: AbortSignal,
  ): Promise<Credential | undefined> {
    const { clock, secrets } = this.#parts
    const waitMs = refused.state.rotationWaitMs
    if (waitMs === 0) return undefined
    const changed = new AbortController()
    const unsubscribe = secrets.subscribe(() => {
      if (this.#newValue(refused, provider) !== undefined) changed.abort()
    })
    const onAbort = () => changed.abort()
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      await sleep(clock, waitMs, changed.signal).catch(() => {})
    } finally {
      unsubscribe()
      signal.removeEventListener('abort', onAbort)
    }
    return this.#newValue(refused, provider)
  }
}

function earlier(left: Credential, right: Credential, model: string): Credential {
  return right.state.availableAtMs(model) < left.state.availableAtMs(model) ? right : left
}
