import type { CallBindings, Condition, ConditionCompiler } from '@fairlead/cel'
import type { AccessPolicySettings, AccessResources, PolicyTarget } from '@fairlead/snapshot'
import type { Caller } from '../caller.ts'
import { compileNamePattern } from '../name-pattern.ts'
import { hasClaim } from '../tokens/claims.ts'

/** A kind of what policies allow or deny, as AccessPolicy `spec.resources` names it. */
export type ResourceKind = keyof AccessResources

/** Where a call is: what policies can be attached to beside gateways and Consumers. */
export interface AccessPlace {
  /** `namespace/name` of the PromptTemplate that it uses. */
  readonly prompt?: string | undefined
  /** The rule that it has matched; `policy` is `namespace/name`. */
  readonly rule?: { readonly policy: string; readonly name: string } | undefined
  /** The provider that it may go to, and the model there. */
  readonly target?: { readonly provider: string; readonly model: string } | undefined
}

/** What expressions see of a call; undefined where its request is not known yet. */
export type BindingsOf = (() => CallBindings) | undefined

/** Hears of each expression that could not be evaluated. */
export type OnRuleFailure = (policy: string, failure: string) => void

/** An AccessPolicy prepared for calls. */
export class AccessRule {
  /** `namespace/name`. */
  readonly policy: string
  readonly action: AccessPolicySettings['action']
  readonly isShadow: boolean
  readonly #settings: AccessPolicySettings
  readonly #patterns: Readonly<Record<ResourceKind, ReturnType<typeof compileNamePattern>>>
  readonly #condition: Condition | undefined
  readonly #onFailure: OnRuleFailure

  /** Throws for an expression that does not compile. */
  constructor(
    settings: AccessPolicySettings,
    conditions: ConditionCompiler,
    onFailure: OnRuleFailure,
  ) {
    const { resources, subjects } = settings
    this.policy = `${settings.namespace}/${settings.name}`
    this.action = settings.action
    this.isShadow = settings.mode === 'Shadow'
    this.#settings = settings
    this.#patterns = {
      models: compileNamePattern(resources.models),
      providers: compileNamePattern(resources.providers),
      promptTemplates: compileNamePattern(resources.promptTemplates),
      personas: compileNamePattern(resources.personas),
      tools: compileNamePattern(resources.tools),
      features: compileNamePattern(resources.features),
    }
    this.#condition = subjects.cel === '' ? undefined : conditions.compile(subjects.cel)
    this.#onFailure = onFailure
  }

  get hasCondition(): boolean {
    return this.#condition !== undefined
  }

  /** Whether it says anything of resources of this kind. */
  concernsKind(kind: ResourceKind): boolean {
    return this.#settings.resources[kind].length > 0
  }

  /** Whether it is attached to something of this kind. */
  isAttachedTo(kind: PolicyTarget['kind']): boolean {
    return this.#settings.targets.some((target) => target.kind === kind)
  }

  /** Whether it is for all calls of a caller, wherever they go. */
  isForCaller({ consumer }: Caller, gateway: string): boolean {
    return this.#settings.targets.some(
      ({ kind, key }) =>
        (kind === 'LLMGateway' && key === gateway) || (kind === 'Consumer' && key === consumer),
    )
  }

  isForPlace({ prompt, rule, target }: AccessPlace): boolean {
    return this.#settings.targets.some((one) => {
      switch (one.kind) {
        case 'PromptTemplate':
          return one.key === prompt
        case 'RoutingPolicy':
          return one.key === rule?.policy && (one.rule === undefined || one.rule === rule.name)
        case 'LLMProvider':
          return (
            one.key === target?.provider && (one.model === undefined || one.model === target.model)
          )
        default:
          return false
      }
    })
  }

  /** Whether a caller is one of its subjects, apart from the expression. */
  hasSubject({ claims, consumer, groups, serviceAccount }: Caller): boolean {
    const { subjects } = this.#settings
    if (subjects.groups.length > 0 && !subjects.groups.some((group) => groups.has(group))) {
      return false
    }
    if (subjects.notGroups.some((group) => groups.has(group))) return false
    if (subjects.consumers.length > 0 && !subjects.consumers.includes(consumer)) return false
    if (
      subjects.serviceAccounts.length > 0 &&
      !subjects.serviceAccounts.includes(serviceAccount ?? '')
    ) {
      return false
    }
    return subjects.claims.every(({ name, value }) => hasClaim(claims, name, value))
  }

  names(kind: ResourceKind, name: string): boolean {
    return this.#patterns[kind].matches(name)
  }

  /**
   * Whether its expression holds. One that cannot be evaluated never opens anything: it holds for
   * `Deny` and does not for `Allow`. Where the request is not known yet nothing is refused, because
   * the call is looked at again when it is.
   */
  conditionHolds(bindings: BindingsOf): boolean {
    if (this.#condition === undefined) return true
    if (bindings === undefined) return this.action === 'Allow'
    const { failure, holds } = this.#condition.evaluate(bindings())
    if (failure === undefined) return holds
    this.#onFailure(this.policy, failure)
    return this.action === 'Deny'
  }
}
