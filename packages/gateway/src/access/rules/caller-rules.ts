import type { AccessPlace, AccessRule, BindingsOf, ResourceKind } from './access-rule.ts'

/** A rule as it is for one caller. */
interface CallerRule {
  readonly rule: AccessRule
  /** Whether it is for every call of the caller, wherever it goes. */
  readonly isEverywhere: boolean
  readonly hasSubject: boolean
}

/** What is asked for, and where. */
interface AccessQuestion {
  readonly kind: ResourceKind
  /** A model or tool as the caller names it, a feature, or `namespace/name`. */
  readonly name: string
  readonly place: AccessPlace
  readonly bindings: BindingsOf
}

/** The policy that refuses; one that only reports refuses nothing. */
interface AccessVerdict {
  readonly refusedBy: AccessRule | undefined
  readonly shadowRefusedBy: AccessRule | undefined
}

const granted: AccessVerdict = { refusedBy: undefined, shadowRefusedBy: undefined }

/** The rules that can concern the calls of one caller. */
export class CallerRules {
  readonly #byKind: Readonly<Record<ResourceKind, readonly CallerRule[]>>

  /** Whether some rule is for calls that match a rule of a RoutingPolicy. */
  readonly concernRoutes: boolean
  /** Whether some rule decides about the providers of a call. */
  readonly concernTargets: boolean

  constructor(rules: readonly CallerRule[]) {
    const about = (kind: ResourceKind) => rules.filter(({ rule }) => rule.concernsKind(kind))
    this.#byKind = {
      models: about('models'),
      providers: about('providers'),
      promptTemplates: about('promptTemplates'),
      personas: about('personas'),
      tools: about('tools'),
      features: about('features'),
    }
    const isAttachedTo = (kind: 'LLMProvider' | 'RoutingPolicy') =>
      rules.some(({ rule }) => rule.isAttachedTo(kind))
    this.concernRoutes = isAttachedTo('RoutingPolicy')
    this.concernTargets = isAttachedTo('LLMProvider') || this.concern('providers')
  }

  /** Whether any rule is about resources of a kind. */
  concern(kind: ResourceKind): boolean {
    return this.#byKind[kind].length > 0
  }

  /** Deny wins; where some Allow is about the kind, only what one grants is allowed. */
  judge({ bindings, kind, name, place }: AccessQuestion): AccessVerdict {
    const all = this.#byKind[kind]
    if (all.length === 0) return granted
    const here = all.filter(({ isEverywhere, rule }) => isEverywhere || rule.isForPlace(place))
    const holds = ({ hasSubject, rule }: CallerRule) =>
      hasSubject && rule.names(kind, name) && rule.conditionHolds(bindings)
    const refusing = (rules: readonly CallerRule[]): AccessRule | undefined => {
      const denial = rules.find((one) => one.rule.action === 'Deny' && holds(one))
      if (denial !== undefined) return denial.rule
      const allowances = rules.filter(({ rule }) => rule.action === 'Allow')
      return allowances.some(holds) ? undefined : allowances[0]?.rule
    }
    const refusedBy = refusing(here.filter(({ rule }) => !rule.isShadow))
    const reports = refusedBy === undefined && here.some(({ rule }) => rule.isShadow)
    // What is granted by a policy in force stays granted while another one is only tried out.
    const shadowRefusedBy = reports ? refusing(here) : undefined
    return { refusedBy, shadowRefusedBy }
  }
}
