import type {
  BindingsOf,
  AccessPlace,
  AccessRule,
  ResourceKind,
} from '../access/rules/access-rule.ts'
import { AccessRefused, type RefusedResource } from '../access/rules/access-refused.ts'
import type { AccessRules } from '../access/rules/access-rules.ts'
import type { CallerRules } from '../access/rules/caller-rules.ts'
import { gatewayError } from '../errors/gateway-error.ts'
import type { RoutedCall } from './routed-call.ts'

/** What a policy that only reports would have refused. */
export interface ShadowRefusal {
  /** `namespace/name` of the AccessPolicy. */
  readonly policy: string
  readonly resource: RefusedResource
}

type Route = {
  readonly policy: { readonly namespace: string; readonly name: string }
  readonly rule: string
}

/** Judges one call by the AccessPolicies of a configuration, as far as its way is known. */
export class AccessCheck {
  /** In the order in which they were found; each policy once for each kind of resource. */
  readonly shadowRefusals: ShadowRefusal[] = []
  readonly #rules: CallerRules
  readonly #call: RoutedCall
  readonly #bindings: BindingsOf

  constructor(rules: AccessRules, call: RoutedCall) {
    this.#rules = rules.for(call.caller)
    this.#call = call
    this.#bindings = () => call.content.bindings
  }

  /**
   * What the call names, before and after its rule is known. Throws `model_not_found`,
   * `prompt_not_found`, `persona_not_found`, `tool_not_allowed` or `feature_not_allowed`.
   */
  admit(route?: Route): void {
    if (route !== undefined && !this.#rules.concernRoutes) return
    const { content, model, persona } = this.#call
    const place = this.#place(route)
    const prompt = place.prompt
    if (prompt !== undefined) {
      this.#require('promptTemplates', prompt, place, () =>
        gatewayError.nameNotFound('prompt', this.#call.prompt?.name ?? prompt, 'PromptTemplate'),
      )
    }
    if (persona !== undefined) this.#requirePersona(persona, place)
    this.#require('models', model, place, () => gatewayError.modelNotFound(model))
    for (const tool of this.#rules.concern('tools') ? content.tools : []) {
      this.#require('tools', tool, place, () => gatewayError.toolNotAllowed(tool))
    }
    for (const feature of this.#rules.concern('features') ? featuresOf(this.#call) : []) {
      this.#require('features', feature, place, () => gatewayError.featureNotAllowed(feature))
    }
  }

  /**
   * A persona that the call does not name, because its conversation has it. Throws
   * `persona_not_found`.
   */
  admitPersona(persona: NonNullable<RoutedCall['persona']>, route: Route | undefined): void {
    this.#requirePersona(persona, this.#place(undefined))
    if (route !== undefined) this.#requirePersona(persona, this.#place(route))
  }

  /** The policy that keeps the call from a target; undefined if it may go there. */
  refusalOf(
    target: { readonly provider: { readonly key: string }; readonly model: string },
    route?: Route,
  ): AccessRule | undefined {
    if (!this.#rules.concernTargets) return undefined
    const { content, model } = this.#call
    const provider = target.provider.key
    const place = { ...this.#place(route), target: { provider, model: target.model } }
    return (
      this.#judge('providers', provider, place) ??
      this.#judge('models', model, place) ??
      this.#first('tools', place, () => content.tools) ??
      this.#first('features', place, () => featuresOf(this.#call))
    )
  }

  #requirePersona({ key, name }: NonNullable<RoutedCall['persona']>, place: AccessPlace): void {
    this.#require('personas', key, place, () =>
      gatewayError.nameNotFound('persona', name, 'Persona'),
    )
  }

  #place(route: Route | undefined): AccessPlace {
    const { prompt } = this.#call
    return {
      prompt: prompt && `${prompt.namespace}/${prompt.name}`,
      rule: route && { policy: `${route.policy.namespace}/${route.policy.name}`, name: route.rule },
    }
  }

  #first(
    kind: ResourceKind,
    place: AccessPlace,
    names: () => readonly string[],
  ): AccessRule | undefined {
    if (!this.#rules.concern(kind)) return undefined
    for (const name of names()) {
      const refusing = this.#judge(kind, name, place)
      if (refusing !== undefined) return refusing
    }
    return undefined
  }

  #require(
    kind: ResourceKind,
    name: string,
    place: AccessPlace,
    error: () => ReturnType<typeof gatewayError.modelNotFound>,
  ): void {
    const refusedBy = this.#judge(kind, name, place)
    if (refusedBy === undefined) return
    throw new AccessRefused({ policy: refusedBy.policy, resource: resourceNames[kind] }, error())
  }

  #judge(kind: ResourceKind, name: string, place: AccessPlace): AccessRule | undefined {
    const verdict = this.#rules.judge({ kind, name, place, bindings: this.#bindings })
    const { refusedBy, shadowRefusedBy } = verdict
    if (shadowRefusedBy !== undefined) this.#report(shadowRefusedBy.policy, resourceNames[kind])
    return refusedBy
  }

  #report(policy: string, resource: RefusedResource): void {
    const isKnown = this.shadowRefusals.some(
      (known) => known.policy === policy && known.resource === resource,
    )
    if (!isKnown) this.shadowRefusals.push({ policy, resource })
  }
}

/** How logs and metrics name a kind of resource. */
const resourceNames: Readonly<Record<ResourceKind, RefusedResource>> = {
  models: 'Model',
  providers: 'Provider',
  promptTemplates: 'PromptTemplate',
  personas: 'Persona',
  tools: 'Tool',
  features: 'Feature',
}

function featuresOf(call: RoutedCall): readonly string[] {
  const { content, continuesResponse, features, inConversation, prompt, stream } = call
  // Of a model, no tools are asked that its provider runs; of the caller's call they are a part.
  const hasTools = !features.has('Tools') && content.tools.length > 0
  return [
    ...(stream ? ['Streaming'] : []),
    ...(hasTools ? ['Tools'] : []),
    ...[...features].filter((feature) => feature !== 'Streaming'),
    ...(inConversation || continuesResponse ? ['Conversations'] : []),
    ...(prompt === undefined ? [] : ['Prompts']),
  ]
}
