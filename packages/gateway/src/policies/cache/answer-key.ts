import { hash } from 'node:crypto'
import { canonicalJson, compareText } from '@fairlead/base'
import type { RequestEdits } from '@fairlead/llm'
import type { CachePolicySettings, LLMProviderSettings } from '@fairlead/snapshot'
import { sharedHeaders } from '../../attempts/outgoing-headers.ts'
import type { Call } from '../../call/call.ts'
import type { CallTarget } from '../../routing/call-target.ts'

/** How an answer is delivered is not what is asked. */
const deliveryFields: ReadonlySet<string> = new Set(['stream', 'stream_options'])
/** Of headers that providers get: whose trace a call is part of, and in which form it is answered. */
const deliveryHeaders: ReadonlySet<string> = new Set([
  'accept',
  'baggage',
  'traceparent',
  'tracestate',
])

/** Makes the keys of answers. */
export class AnswerKeys {
  readonly #digests = new WeakMap<object, string>()

  /**
   * Identifies all that an answer depends on: who shares it, by which policy; the request, but for how
   * its answer is delivered; what the gateway adds to it; who may be asked, as the configuration has
   * them; the headers that they get. Throws RangeError for a request that is nested too deeply.
   */
  of(call: Call, edits: RequestEdits, policy: CachePolicySettings): string {
    const { dialect, request, route, runtime } = call
    const { gateway } = runtime.snapshot
    const fields = Object.entries(request.fields()).filter(([name]) => !deliveryFields.has(name))
    return digestOf([
      `${policy.namespace}/${policy.name}`,
      this.#digest(policy),
      ...scopeOf(call, policy),
      `${gateway.namespace}/${gateway.name}`,
      dialect.name,
      request.model,
      route.label,
      canonicalJson(Object.fromEntries(fields)),
      canonicalJson(edits),
      canonicalJson(request.searches),
      ...route.targets.map((target) => this.#target(target, call)).toSorted(compareText),
    ])
  }

  #target(target: CallTarget, { dialect, http }: Call): string {
    const { provider, model, name } = target
    const { headers } = http.request
    const names = sharedHeaders(dialect, target.apiFor(dialect).dialect)
    const sent = names.flatMap((header) => {
      const value = deliveryHeaders.has(header) ? undefined : headers.get(header)
      return value === undefined ? [] : [[header, value]]
    })
    return JSON.stringify([name, provider.key, model, this.#digest(provider.settings), sent])
  }

  /** Secrets are named in settings, and not part of them. */
  #digest(settings: LLMProviderSettings | CachePolicySettings): string {
    let digest = this.#digests.get(settings)
    if (digest === undefined) {
      digest = hash('sha256', canonicalJson(settings), 'base64url')
      this.#digests.set(settings, digest)
    }
    return digest
  }
}

/** No two lists have the same: each part stands behind its length. */
function digestOf(parts: readonly string[]): string {
  return hash('sha256', parts.map((part) => `${part.length}:${part}`).join(''), 'base64url')
}

function scopeOf(
  { caller }: Pick<Call, 'caller'>,
  { scope }: Pick<CachePolicySettings, 'scope'>,
): readonly string[] {
  switch (scope) {
    case 'Consumer':
      return [scope, caller.method === 'Anonymous' ? 'anonymous' : 'known', caller.tenant]
    case 'Group':
      // A token that lacks its groups must not open the answers of all that lack them.
      if (caller.groups.size === 0) return scopeOf({ caller }, { scope: 'Consumer' })
      return [scope, caller.namespace, JSON.stringify([...caller.groups].toSorted(compareText))]
    case 'Gateway':
      return [scope, caller.namespace]
  }
}
